// A region with Object Storage, and shorthands for one bucket of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectStorageClient } from 'oci-objectstorage';
import type { StartOptions } from '../../../../local/region.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../../helpers/region.ts';

/** The twin has an object made from a bundle; without it buckets start empty, built or not. */
export const NO_BUNDLES = '/nonexistent';

export interface TestBucket {
  readonly running: TestRegion;
  readonly client: ObjectStorageClient;
  /** The owner may do all; the developer what the twin's policies say. */
  readonly developer: ObjectStorageClient;
  readonly at: { readonly namespaceName: string; readonly bucketName: string };
  put(objectName: string, body?: string, more?: object): Promise<string>;
  text(objectName: string, more?: object): Promise<string>;
  names(query?: object): Promise<string[]>;
}

export function storageClient(running: TestRegion, profile?: 'DEVELOPER'): ObjectStorageClient {
  const authenticationDetailsProvider = running.credentials(profile);
  const client = new ObjectStorageClient({ authenticationDetailsProvider }, noRetries);
  client.endpoint = running.endpoint;
  return client;
}

/** The state bucket of the default twin: events on, no versioning. */
export async function startBucket(overrides: Partial<StartOptions> = {}): Promise<TestBucket> {
  const running = await startTestRegion({
    services: ['object-storage', 'events'],
    bundles: NO_BUNDLES,
    ...overrides,
  });
  running.region.wiring.invoke ??= async () => ({ status: 202, headers: {}, body: Buffer.alloc(0) });
  return bucketOf(running, running.description.stateBucket);
}

export function bucketOf(running: TestRegion, bucketName: string): TestBucket {
  const client = storageClient(running);
  const at = { namespaceName: running.description.namespace, bucketName };
  return {
    running,
    client,
    developer: storageClient(running, 'DEVELOPER'),
    at,
    put: async (objectName, body = 'body', more = {}) =>
      (await client.putObject({ ...at, objectName, putObjectBody: body, ...more })).eTag,
    text: async (objectName, more = {}) =>
      textOf((await client.getObject({ ...at, objectName, ...more })).value),
    names: async (query = {}) =>
      (await client.listObjects({ ...at, ...query })).listObjects.objects.map(({ name }) => name),
  };
}

/** The SDK hands out a web stream. */
export async function textOf(value: unknown): Promise<string> {
  if (!(value instanceof ReadableStream)) throw new TypeError('not a web stream');
  return new Response(value).text();
}

/** What a call was answered: `200`, or status and code such as `412 IfMatchFailed`. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && 'serviceCode' in error) {
      return `${error.statusCode} ${error.serviceCode}`;
    }
    throw error;
  }
}

interface Block {
  readonly mode: 'managed';
  readonly type: string;
  readonly name: string;
  readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
}

/** One resource of a state. */
export function resource(type: string, name: string, attributes: Readonly<Record<string, unknown>>): Block {
  return { mode: 'managed', type, name, instances: [{ attributes }] };
}

/**
 * Writes a twin like the default one with more resources, and answers its path.
 * @param statements what its policies say instead; only the owner may do anything beside
 */
export function twinWith(directory: string, more: { statements?: string[]; resources?: Block[] }): string {
  const url = new URL('../../../../local/default.tfstate.json', import.meta.url);
  const state: { resources: Block[] } = JSON.parse(readFileSync(url, 'utf8'));
  const isPolicy = ({ type }: Block): boolean => type === 'oci_identity_policy';
  const places = state.resources.flatMap(({ instances }) =>
    instances.map(({ attributes }) => attributes.compartment_id),
  );
  const tenancy = places.find((place) => typeof place === 'string' && place.startsWith('ocid1.tenancy.'));
  const { statements, resources = [] } = more;
  const policy = { id: 'ocid1.policy.oc1..test', name: 'test', compartment_id: tenancy, statements };
  const kept =
    statements === undefined ? state.resources : state.resources.filter((block) => !isPolicy(block));
  const added =
    statements === undefined ? resources : [...resources, resource('oci_identity_policy', 'test', policy)];
  // What is given takes the place of what is there, by type and bucket.
  const isReplaced = ({ type, instances }: Block): boolean =>
    resources.some((one) => one.type === type && bucketIn(one) === bucketIn({ instances }));
  const file = join(directory, 'twin.tfstate.json');
  writeFileSync(
    file,
    JSON.stringify({ ...state, resources: [...kept.filter((block) => !isReplaced(block)), ...added] }),
  );
  return file;
}

function bucketIn({ instances }: Pick<Block, 'instances'>): unknown {
  return instances[0]?.attributes.bucket;
}
