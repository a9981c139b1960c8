// One bucket, with the few operations the adapters are made of. Names and metadata are plain here, encoded on the wire.
import type { Readable } from 'node:stream';
import type { responses } from 'oci-objectstorage';
import type { Metadata } from '../build/metadata.ts';
import { PipelineError } from '../errors.ts';
import { calling, callingOnce, isAbsent, isOutrun } from './calling.ts';
import type { Clients } from './clients.ts';

export interface BucketName {
  readonly namespace: string;
  readonly bucket: string;
}

export interface StoredObject {
  readonly eTag: string;
  /** User metadata, without the `opc-meta-` of the wire. */
  readonly metadata: Metadata;
  /** Absent when the object is empty. */
  readonly body: Readable | undefined;
}

export interface Bucket {
  readonly name: BucketName;
  readonly clients: Clients;
  /**
   * The object, or undefined when it is absent. GET, not HEAD, even for empty ones: a HEAD's 404 has no code, and
   * absent cannot be told from a (spurious) denial (facts A.6). The body must be consumed.
   */
  find(object: string): Promise<StoredObject | undefined>;
  /** The body as text; undefined when the object is absent. @throws PipelineError when it is over `limitBytes` */
  findText(object: string, limitBytes: number): Promise<string | undefined>;
  /** Writes a body, whatever was there. */
  put(object: string, text: string): Promise<void>;
  /** With an ETag: only that version. Absent or changed is no error. */
  remove(object: string, eTag?: string): Promise<void>;
  /** When the object was last written, or undefined when it is absent. */
  writtenAt(object: string): Promise<Date | undefined>;
  /** All names with a prefix, in order, from `start` on. */
  names(prefix: string, start?: string): Promise<string[]>;
}

const META = 'opc-meta-';

export function openBucket(clients: Clients, { namespace, bucket }: BucketName): Bucket {
  const at = { namespaceName: namespace, bucketName: bucket };
  const findOnce = async (objectName: string): Promise<StoredObject | undefined> => {
    const client = await clients.objectStorage();
    const get = () => client.getObject({ ...at, objectName });
    const answer = await callingOnce(`reading ${bucket}/${objectName}`, get).catch(absent);
    return answer === undefined ? undefined : storedObject(answer);
  };
  return {
    name: { namespace, bucket },
    clients,
    find: (objectName) => calling(`reading ${bucket}/${objectName}`, () => findOnce(objectName)),
    findText: (objectName, limitBytes) =>
      // The body is part of the try: a connection may break in the middle.
      calling(`reading ${bucket}/${objectName}`, async () => {
        const found = await findOnce(objectName);
        return found === undefined ? undefined : textOf(found.body, { what: objectName, limitBytes });
      }),
    put: async (objectName, text) => {
      const client = await clients.objectStorage();
      const put = () =>
        client.putObject({ ...at, objectName, putObjectBody: text, contentLength: Buffer.byteLength(text) });
      await calling(`writing ${bucket}/${objectName}`, put);
    },
    remove: async (objectName, eTag) => {
      const client = await clients.objectStorage();
      const ifMatch = eTag === undefined ? {} : { ifMatch: eTag };
      const remove = () => client.deleteObject({ ...at, objectName, ...ifMatch });
      await calling(`deleting ${bucket}/${objectName}`, remove).catch((error: unknown) => {
        if (!isOutrun(error)) absent(error);
      });
    },
    writtenAt: async (objectName) => {
      const client = await clients.objectStorage();
      const request = { ...at, prefix: queryValue(objectName), fields: 'name,timeModified', limit: 1 };
      const list = () => client.listObjects(request);
      const { listObjects } = await calling(`looking at ${bucket}/${objectName}`, list);
      const found = listObjects.objects.find(({ name }) => name === objectName);
      return found?.timeModified === undefined ? undefined : new Date(found.timeModified);
    },
    names: async (prefix, start) => {
      const client = await clients.objectStorage();
      const names: string[] = [];
      for (let next = start; ; ) {
        const from = next === undefined ? {} : { start: queryValue(next) };
        const list = () => client.listObjects({ ...at, prefix: queryValue(prefix), ...from });
        const { listObjects } = await calling(`listing ${bucket}/${prefix}*`, list);
        names.push(...listObjects.objects.map(({ name }) => name));
        if (listObjects.nextStartWith === undefined || listObjects.nextStartWith === null) break;
        next = listObjects.nextStartWith;
      }
      return names.sort(byText);
    },
  };
}

/** The SDK does not encode queries, and OCI answers 401 to an encoded slash (facts A.1). */
export function queryValue(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

/** Code unit order, the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** undefined for an absent object; any other error goes on. */
export function absent(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw error;
}

function storedObject(answer: responses.GetObjectResponse): StoredObject {
  const entries = Object.entries(answer.opcMeta ?? {});
  const metadata = entries.map(([key, value]) => [key.slice(META.length), String(value)]);
  // Our transport's body: Node's stream (transport.ts).
  const body = answer.value as Readable | undefined;
  return { eTag: answer.eTag, metadata: Object.fromEntries(metadata), body };
}

async function textOf(
  body: Readable | undefined,
  { what, limitBytes }: { what: string; limitBytes: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > limitBytes)
      throw new PipelineError(`${what} is longer than ${limitBytes} bytes`, {
        retry: 'never',
        reason: 'TooLong',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
