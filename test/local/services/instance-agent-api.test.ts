// The Run Command API itself: validation, retry tokens, lists, ETags.
import type { models } from 'oci-computeinstanceagent';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AgentHarness, agentHarness, details, errorOf } from './instance-agent-suite.ts';

const api = suite<{ harness: AgentHarness }>('run command api');
api.before(async (context) => {
  context.harness = await agentHarness();
});
api.after(({ harness }) => harness.stop());

type Body = Record<string, unknown> & { content: { source: Record<string, unknown> } };

/** What is wrong with a body; each is 400 InvalidParameter, an unknown instance 404. */
const WRONG: readonly { what: string; spoil: (body: Body) => void; status?: number }[] = [
  { what: 'no compartment', spoil: (body) => delete body.compartmentId, status: 400 },
  { what: 'no timeout', spoil: (body) => delete body.executionTimeOutInSeconds },
  {
    what: 'a timeout over a day',
    spoil: (body) => Object.assign(body, { executionTimeOutInSeconds: 86_401 }),
  },
  { what: 'a broken timeout', spoil: (body) => Object.assign(body, { executionTimeOutInSeconds: 1.5 }) },
  { what: 'no target', spoil: (body) => delete body.target },
  { what: 'no content', spoil: (body) => Object.assign(body, { content: undefined }) },
  {
    what: 'another source',
    spoil: ({ content }) => Object.assign(content.source, { sourceType: 'OBJECT_STORAGE_URI' }),
  },
  {
    what: 'a script of 4097 bytes',
    spoil: ({ content }) => Object.assign(content.source, { text: `${'é'.repeat(2048)}x` }),
  },
  { what: 'a wrong hash', spoil: ({ content }) => Object.assign(content.source, { textSha256: 'ab' }) },
  {
    what: 'an unknown instance',
    spoil: (body) => Object.assign(body, { target: { instanceId: 'ocid1.x' } }),
    status: 404,
  },
];

for (const { what, spoil, status = 400 } of WRONG) {
  api(`${what} is ${status}`, async ({ harness }) => {
    const body = details(harness.region, { instanceId: harness.instanceId, text: 'true' });
    spoil(body as unknown as Body);
    const call = harness.client.createInstanceAgentCommand({ createInstanceAgentCommandDetails: body });
    const code = status === 404 ? 'NotAuthorizedOrNotFound' : 'InvalidParameter';
    assert.equal(await errorOf(call), { status, code });
  });
}

api('a script of 4096 bytes is taken', async ({ harness }) => {
  const id = await harness.create(`true #${'x'.repeat(4090)}`);
  assert.is((await harness.waitFor(id)).lifecycleState, 'SUCCEEDED');
});

api('the same retry token gives the same command, with another body 409', async ({ harness }) => {
  const first = await harness.create('echo once', { retryToken: 'token-1' });
  assert.is(await harness.create('echo once', { retryToken: 'token-1' }), first);
  assert.is.not(await harness.create('echo once', { retryToken: 'token-2' }), first);
  const other = harness.create('echo other', { retryToken: 'token-1' });
  assert.equal(await errorOf(other), { status: 409, code: 'InvalidatedRetryToken' });
});

api('the script can be read back, the summary has its own name for the id', async ({ harness }) => {
  const id = await harness.create('echo readable', { displayName: 'read me' });
  const { instanceAgentCommand } = await harness.client.getInstanceAgentCommand({
    instanceAgentCommandId: id,
  });
  assert.is((instanceAgentCommand.content.source as { text?: string }).text, 'echo readable');
  const { compartmentId } = harness.region.region;
  const { items } = await harness.client.listInstanceAgentCommands({ compartmentId });
  assert.is(items[0]?.instanceAgentCommandId, id, 'newest first');
  assert.is(items[0]?.displayName, 'read me');
});

api('lists come in pages', async ({ harness }) => {
  const { client, instanceId, region } = harness;
  for (const name of ['p1', 'p2', 'p3']) await harness.create('true', { displayName: name });
  const where = { compartmentId: region.region.compartmentId, instanceId, limit: 2 };
  const first = await client.listInstanceAgentCommandExecutions(where);
  assert.equal(
    first.items.map(({ displayName }) => displayName),
    ['p3', 'p2'],
  );
  const second = await client.listInstanceAgentCommandExecutions({ ...where, page: first.opcNextPage });
  assert.is(second.items[0]?.displayName, 'p1');
});

api('lists can be narrowed to a state', async ({ harness }) => {
  const { client, instanceId, region } = harness;
  await harness.waitFor(await harness.create('exit 9', { displayName: 'the failed one' }));
  const lifecycleState = 'FAILED' as models.InstanceAgentCommandExecutionSummary.LifecycleState;
  const where = { compartmentId: region.region.compartmentId, instanceId, lifecycleState };
  const { items } = await client.listInstanceAgentCommandExecutions(where);
  assert.equal(
    items.map(({ displayName }) => displayName),
    ['the failed one'],
  );
});

api('cancel with another ETag is 412', async ({ harness }) => {
  const instanceAgentCommandId = await harness.create('true');
  const call = harness.client.cancelInstanceAgentCommand({ instanceAgentCommandId, ifMatch: 'another' });
  assert.equal(await errorOf(call), { status: 412, code: 'NoEtagMatch' });
});

api('an unknown command is 404', async ({ harness }) => {
  const call = harness.execution('ocid1.instanceagentcommand.oc1..nobody');
  assert.equal(await errorOf(call), { status: 404, code: 'NotAuthorizedOrNotFound' });
});

api.run();
