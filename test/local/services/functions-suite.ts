// What every way of running functions has to keep: told through OCI's unmodified clients.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { ConfigFileAuthenticationDetailsProvider } from 'oci-common';
import { FunctionsInvokeClient, requests } from 'oci-functions';
import { readTwin } from '../../../local/twin.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../helpers/region.ts';

const { FnInvokeType } = requests.InvokeFunctionRequest;
const FIXTURE = 'test/fixtures/functions/probe';

/** A directory of bundles in which the functions of the default twin are all the probe of test/fixtures. */
export async function probeBundles(): Promise<string> {
  const bundles = mkdtempSync(join(tmpdir(), 'galley-bundles-'));
  for (const name of ['apply', 'poll-build', 'upload-trigger']) {
    const outfile = join(bundles, name, 'func.js');
    await build({
      entryPoints: [`${FIXTURE}/func.mjs`],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
    });
    await cp(`${FIXTURE}/Dockerfile`, join(bundles, name, 'Dockerfile'));
  }
  return bundles;
}

/** What came back from an invocation: the output, or OCI's error. */
export interface Outcome {
  readonly status: number;
  readonly code?: string;
  readonly output?: string;
}

export interface FunctionsHarness {
  readonly region: TestRegion;
  /** Directory that functions running as processes may write to. */
  readonly shared: string;
  invoke(input: object, options?: { name?: string; detached?: boolean }): Promise<Outcome>;
  /** Like `invoke`, with the output parsed. */
  ask(input: object, name?: string): Promise<Record<string, unknown>>;
  plant(fault: object): Promise<void>;
  log(name?: string): Promise<string>;
  /** Kills all containers of a function; answers how many. */
  kill(name?: string): Promise<number>;
  functionId(name: string): string;
  stop(): Promise<void>;
}

/** A region whose functions are the probe, and the SDK's client for it. */
export async function functionsHarness(
  options: Parameters<typeof startTestRegion>[0] & { bundles: string },
): Promise<FunctionsHarness> {
  const region = await startTestRegion({ services: ['functions'], ...options });
  const authenticationDetailsProvider = region.credentials();
  const client = new FunctionsInvokeClient({ authenticationDetailsProvider }, noRetries);
  client.endpoint = region.endpoint;
  const shared = mkdtempSync(join(tmpdir(), 'galley-shared-'));
  chmodSync(shared, 0o777);
  const functionId = (name: string): string =>
    String(
      region.region.twin.of('oci_functions_function').find(({ values }) => values.display_name === name)
        ?.values.id,
    );
  const invoke: FunctionsHarness['invoke'] = async (input, { name = 'apply', detached = false } = {}) => {
    try {
      const response = await client.invokeFunction({
        functionId: functionId(name),
        invokeFunctionBody: JSON.stringify(input),
        fnInvokeType: detached ? FnInvokeType.Detached : FnInvokeType.Sync,
      });
      const value: unknown = response.value;
      return { status: detached ? 202 : 200, output: await read(value) };
    } catch (error) {
      const { statusCode, serviceCode } = error as { statusCode: number; serviceCode: string };
      return { status: statusCode, code: serviceCode };
    }
  };
  return {
    region,
    shared,
    invoke,
    functionId,
    ask: async (input, name) => {
      const outcome = await invoke(input, name === undefined ? {} : { name });
      if (outcome.output === undefined) throw new Error(`invoke: ${JSON.stringify(outcome)}`);
      return JSON.parse(outcome.output);
    },
    plant: async (fault) => {
      const answer = await fetch(`${region.endpoint}/_galley/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (answer.status !== 201) throw new Error(await answer.text());
    },
    log: async (name = 'apply') => (await fetch(`${region.endpoint}/_galley/functions/${name}/log`)).text(),
    kill: async (name = 'apply') => {
      const answer = await fetch(`${region.endpoint}/_galley/functions/${name}/kill`, { method: 'POST' });
      return ((await answer.json()) as { killed: number }).killed;
    },
    stop: async () => {
      client.close();
      await region.stop();
      rmSync(shared, { recursive: true, force: true });
    },
  };
}

function read(value: unknown): Promise<string> {
  return value instanceof ReadableStream ? text(value) : Promise.resolve(String(value ?? ''));
}

/** Waits for a condition; a busy machine may be ten times slower than this one. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited 60 s in vain: ${what}`);
    await sleep(20);
  }
}

/** Lines of a file that functions append to; none before it exists. */
export function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/** Invokes the first function of the default twin, detached, on a region of another process. */
export async function invokeDetached(
  { endpoint, ociConfig }: { endpoint: string; ociConfig: string },
  input: object,
): Promise<void> {
  const provider = new ConfigFileAuthenticationDetailsProvider(ociConfig, 'DEFAULT');
  const client = new FunctionsInvokeClient({ authenticationDetailsProvider: provider }, noRetries);
  client.endpoint = endpoint;
  const [resource] = readTwin('local/default.tfstate.json').of('oci_functions_function');
  await client.invokeFunction({
    functionId: String(resource?.values.id),
    invokeFunctionBody: JSON.stringify(input),
    fnInvokeType: FnInvokeType.Detached,
  });
  client.close();
}
