// The cases of Fn's contract (facts: storage-events-functions E and F), for processes and containers alike.
import type { uvu } from 'uvu';
import * as assert from 'uvu/assert';
import { type FunctionsHarness, until } from './functions-suite.ts';

type Context = { harness: FunctionsHarness };

/** What a function does, and what its caller is told. */
const OUTCOMES = [
  {
    when: 'it throws',
    input: { do: 'throw' },
    status: 502,
    code: 'FunctionInvokeExecutionFailed',
    dies: false,
  },
  { when: 'it exits', input: { do: 'exit' }, status: 502, code: 'FunctionInvokeExecutionError', dies: true },
  {
    when: 'it returns undefined, of which the FDK dies',
    input: { do: 'nothing' },
    status: 502,
    code: 'FunctionInvokeExecutionError',
    dies: true,
  },
  {
    when: 'its answer is over 6 MB',
    input: { do: 'big', bytes: 7e6 },
    status: 502,
    code: 'FunctionInvokeResponseBodyTooLarge',
    dies: true,
  },
  {
    when: 'it runs beyond its deadline',
    input: { do: 'sleep', seconds: 600 },
    status: 504,
    code: 'FunctionInvokeTimeout',
    dies: true,
  },
] as const;

/** Adds the cases to a suite whose context has a harness with the functions `apply` (2 s) and `poll-build`. */
export function functionsCases(
  suite: uvu.Test<Context>,
  { isFrozen }: { isFrozen: (harness: FunctionsHarness) => Promise<boolean> },
): void {
  suite('the answer of the function is the answer of the call', async ({ harness }) => {
    const { said } = await harness.ask({ do: 'echo', say: 'grüß dich' });
    assert.is(said, 'grüß dich');
  });

  for (const { when, input, status, code, dies } of OUTCOMES) {
    suite(`${status} ${code} when ${when}`, async ({ harness }) => {
      const { started } = await harness.ask({ do: 'calls' });
      const outcome = await harness.invoke(input);
      assert.equal(outcome, { status, code });
      const after = await harness.ask({ do: 'calls' });
      assert.is(after.started === started, !dies);
    });
  }

  suite('a container serves one call at a time, more calls start more', async ({ harness }) => {
    const sleeping = { do: 'sleep', seconds: 1 };
    const [first, second] = await Promise.all([harness.ask(sleeping), harness.ask(sleeping)]);
    assert.is(first?.slept, 1);
    assert.is(second?.slept, 1);
  });

  suite('a container is frozen when idle, and serves again', async ({ harness }) => {
    const before = await harness.ask({ do: 'calls' });
    await until('the container is frozen', () => isFrozen(harness));
    const after = await harness.ask({ do: 'calls' });
    assert.is(after.started, before.started);
  });

  suite("the environment is Fn's, the configuration's and the resource principal's", async ({ harness }) => {
    const names = ['FN_FORMAT', 'FN_FN_ID', 'FN_FN_NAME', 'FN_NAME', 'FN_APP_NAME', 'FN_MEMORY', 'FN_TYPE'];
    const ours = [
      'GALLEY_ENDPOINT',
      'GALLEY_BUCKET_NAME',
      'GALLEY_APPLY_FUNCTION_ID',
      'SECRET_OF_THE_REGION',
    ];
    const asked = [...names, ...ours, 'OCI_RESOURCE_PRINCIPAL_VERSION', 'OCI_RESOURCE_PRINCIPAL_REGION'];
    assert.equal(await harness.ask({ do: 'env', names: asked }, 'poll-build'), {
      FN_FORMAT: 'http-stream',
      FN_FN_ID: harness.functionId('poll-build'),
      FN_FN_NAME: 'poll-build',
      FN_NAME: 'poll-build',
      FN_APP_NAME: 'galley',
      FN_MEMORY: '256',
      FN_TYPE: 'sync',
      GALLEY_ENDPOINT: harness.region.endpoint,
      GALLEY_BUCKET_NAME: 'galley-source',
      GALLEY_APPLY_FUNCTION_ID: harness.functionId('apply'),
      SECRET_OF_THE_REGION: null,
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_RESOURCE_PRINCIPAL_REGION: 'eu-frankfurt-1',
    });
  });

  suite("the resource principal is the function's, and its token ends in no newline", async ({ harness }) => {
    const { claims, endsInNewline, isKey } = await harness.ask({ do: 'principal' });
    assert.is((claims as { sub: string }).sub, harness.functionId('apply'));
    assert.is(endsInNewline, false);
    assert.is(isKey, true);
  });

  suite("caller's headers are passed on, the signature is not", async ({ harness }) => {
    const headers = await harness.ask({ do: 'headers' });
    assert.ok(headers['Fn-Call-Id']);
    assert.match(String(headers['Fn-Deadline']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.not.ok(headers.Authorization);
  });

  suite('what a call prints is kept under its call id', async ({ harness }) => {
    await harness.ask({ do: 'print', text: 'said aloud' });
    await until('the output is in the log', async () => (await harness.log()).includes('error said aloud'));
    const lines = (await harness.log()).split('\n').filter((line) => line.includes('said aloud'));
    const [out, error] = lines.map((line) => line.split(' ')[1]);
    assert.is(out, error);
    const own = await fetch(`${harness.region.endpoint}/_galley/functions/apply/log?call=${out}`);
    assert.is((await own.text()).trim().split('\n').length, 2);
  });

  suite('a detached call is accepted at once and runs', async ({ harness }) => {
    const outcome = await harness.invoke({ do: 'print', text: 'run apart' }, { detached: true });
    assert.is(outcome.status, 202);
    await until('the detached call ran', async () => (await harness.log()).includes('run apart'));
  });

  suite('fault: a function is killed in the middle of a call', async ({ harness }) => {
    await harness.kill();
    await harness.ask({ do: 'calls' });
    await harness.plant({ name: 'function-killed', where: 'apply', value: 0.1 });
    const outcome = await harness.invoke({ do: 'sleep', seconds: 1.5 });
    assert.equal(outcome, { status: 502, code: 'FunctionInvokeExecutionError' });
    assert.is((await harness.ask({ do: 'calls' })).calls, 1);
  });

  suite('fault: a cold start fails, the next one does not', async ({ harness }) => {
    await harness.kill();
    await harness.plant({ name: 'cold-start-fails', where: 'apply' });
    const outcome = await harness.invoke({ do: 'calls' });
    assert.equal(outcome, { status: 504, code: 'FunctionInvokeContainerInitTimeout' });
    assert.is((await harness.ask({ do: 'calls' })).calls, 1);
  });

  suite('kill ends the containers of a function now', async ({ harness }) => {
    await harness.ask({ do: 'calls' });
    assert.ok((await harness.kill()) >= 1);
    assert.is((await harness.ask({ do: 'calls' })).calls, 1);
  });

  suite('user 1000 can write to /tmp, and nowhere else', async ({ harness }) => {
    const walls = await harness.ask({ do: 'walls' });
    assert.equal(walls, {
      uid: process.getuid?.() === 0 ? 1000 : process.getuid?.(),
      code: false,
      etc: false,
      tmp: true,
    });
  });
}
