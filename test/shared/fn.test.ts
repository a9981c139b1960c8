import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PipelineError } from '../../shared/errors.ts';
import { type FnCall, fnHandler, type Prepared } from '../../shared/fn.ts';

const test = suite('Fn handler');
const context = { callID: 'call-1', deadline: new Date('2026-11-24T10:11:12Z') };

/** What the handler logs goes to stdout, line by line. */
async function logged(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function echoing(): Prepared {
  return { answer: async (input, call) => ({ input, call }) };
}

for (const [what, body, input] of [
  ['JSON', '{"a":"größe"}', { a: 'größe' }],
  ['text that is no JSON', 'hello', 'hello'],
  ['nothing', '', undefined],
] as const) {
  test(`a body of ${what} comes as it is meant`, async () => {
    const handler = fnHandler('test', async () => echoing());
    const answer = (await handler(Buffer.from(body), context)) as { input: unknown };
    assert.equal(answer.input, input);
  });
}

test('the handler must be back before Fn kills the container', async () => {
  const handler = fnHandler('test', async () => echoing());
  const { call } = (await handler(Buffer.alloc(0), context)) as { call: FnCall };
  assert.equal(call, { callId: 'call-1', until: new Date('2026-11-24T10:11:00Z') });
});

test('without a deadline OCI default of 30 s holds', async () => {
  const handler = fnHandler('test', async () => echoing());
  const before = Date.now();
  const { call } = (await handler(Buffer.alloc(0), { ...context, deadline: null })) as { call: FnCall };
  assert.ok(call.until.getTime() >= before + 18_000 && call.until.getTime() <= Date.now() + 18_000);
});

test('what is wrong at the start is logged, and told to every call', async () => {
  const lines = await logged(async () => {
    const handler = fnHandler('test', async () => {
      throw new PipelineError('Wrong configuration', { retry: 'never', reason: 'WrongConfiguration' });
    });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    for (const _ of [1, 2]) {
      const error = await handler(Buffer.alloc(0), context).catch((thrown) => thrown);
      assert.is(error.message, 'Wrong configuration');
    }
  });
  assert.equal(
    lines.map(({ message, call, reason }) => [message, call, reason]),
    [
      ['the function cannot start', undefined, 'WrongConfiguration'],
      ['the call failed', 'call-1', 'WrongConfiguration'],
      ['the call failed', 'call-1', 'WrongConfiguration'],
    ],
  );
});

test.run();
