// Functions as processes: the cases of Fn's contract, the management API, and what survives a kill of the region.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FunctionsManagementClient } from 'oci-functions';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noRetries } from '../../helpers/region.ts';
import { functionsCases } from './functions-cases.ts';
import { type FunctionsHarness, functionsHarness, probeBundles } from './functions-suite.ts';
import { twinWith } from './functions-twin.ts';

const processes = suite<{ harness: FunctionsHarness }>('functions as processes');
let bundles = '';

processes.before(async (context) => {
  bundles = await probeBundles();
  const short = { type: 'oci_functions_function', name: 'apply', attributes: { timeout_in_seconds: 2 } };
  const twin = twinWith(join(bundles, 'twin.tfstate.json'), [short]);
  process.env.SECRET_OF_THE_REGION = 'not for functions';
  context.harness = await functionsHarness({ bundles, twin, functions: 'processes' });
});

processes.after(async ({ harness }) => {
  await harness.stop();
  rmSync(bundles, { recursive: true, force: true });
  assert.equal(functionProcesses(), []);
});

functionsCases(processes, {
  isFrozen: async () => {
    const states = functionProcesses().map(
      (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0],
    );
    return states.length > 0 && states.every((state) => state === 'T');
  },
});

/** Pids of this test's functions. */
function functionProcesses(): readonly string[] {
  const all = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args=']).toString().split('\n');
  return all
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => parent === `${process.pid}` && args.join(' ').includes('func.js'))
    .map(([pid = '']) => pid);
}

processes('the management API tells what the twin has', async ({ harness }) => {
  const { region } = harness;
  const client = new FunctionsManagementClient(
    { authenticationDetailsProvider: region.credentials() },
    noRetries,
  );
  client.endpoint = region.endpoint;
  const { compartmentId } = region.region;
  const [application] = (await client.listApplications({ compartmentId })).items;
  assert.is(application?.displayName, 'galley');
  const { items } = await client.listFunctions({ applicationId: application?.id ?? '' });
  assert.equal(items.map(({ displayName }) => displayName).sort(), ['apply', 'poll-build', 'upload-trigger']);
  const one = await client.getFunction({ functionId: harness.functionId('apply') });
  assert.is(one.function.timeoutInSeconds, 2);
  assert.is(one.function.invokeEndpoint, region.endpoint);
  client.close();
});

processes('an unknown function is 404, as an unauthorized one', async ({ harness }) => {
  const outcome = await harness.invoke({}, { name: 'no such function' });
  assert.equal(outcome, { status: 404, code: 'NotAuthorizedOrNotFound' });
});

processes('a request over 6 MB is 413', async ({ harness }) => {
  const outcome = await harness.invoke({ text: 'x'.repeat(6.5 * 1024 * 1024) });
  assert.equal(outcome, { status: 413, code: 'FunctionInvokeRequestContentTooLarge' });
});

processes('usage counts calls, failures, cold starts and GB-seconds', async ({ harness }) => {
  const read = async () => {
    const answer = await fetch(`${harness.region.endpoint}/_galley/functions/usage`);
    const { functions } = (await answer.json()) as { functions: Record<string, number | string>[] };
    return functions.find((one) => one.function === 'upload-trigger');
  };
  assert.is(await read(), undefined);
  await harness.ask({ do: 'calls' }, 'upload-trigger');
  await harness.invoke({ do: 'throw' }, { name: 'upload-trigger' });
  const { gbSeconds, ...counts } = (await read()) ?? {};
  assert.equal(counts, { function: 'upload-trigger', calls: 2, failures: 1, coldStarts: 1 });
  assert.ok(Number(gbSeconds) > 0);
});

processes('reset ends the containers and forgets usage and logs', async ({ harness }) => {
  await harness.ask({ do: 'print', text: 'to be forgotten' });
  await fetch(`${harness.region.endpoint}/_galley/reset`, { method: 'POST' });
  assert.is(await harness.log(), '');
  assert.equal(functionProcesses(), []);
});

processes.run();
