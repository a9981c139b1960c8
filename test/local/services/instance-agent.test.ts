// Run Command: what becomes of a script, limits, timeouts, cancel, delivery (facts: run-command 1, 2 and 10).

import { PluginClient } from 'oci-computeinstanceagent';
import { ComputeClient } from 'oci-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noRetries } from '../../helpers/region.ts';
import { type AgentHarness, agentHarness, errorOf } from './instance-agent-suite.ts';

const agent = suite<{ harness: AgentHarness }>('instance agent');

agent.before(async (context) => {
  process.env.SECRET_OF_THE_REGION = 'not for scripts';
  context.harness = await agentHarness();
});
agent.after(({ harness }) => harness.stop());

/** A script, and how its execution ends. */
const ENDS = [
  { script: 'echo out; echo err >&2', lifecycleState: 'SUCCEEDED', exitCode: 0, text: 'out\nerr\n' },
  { script: 'echo no; exit 30', lifecycleState: 'FAILED', exitCode: 30, text: 'no\n' },
  {
    script: '#!/bin/sh\ntest -z "$BASH_VERSION" && echo sh',
    lifecycleState: 'SUCCEEDED',
    exitCode: 0,
    text: 'sh\n',
  },
  { script: 'kill -9 $$', lifecycleState: 'FAILED', exitCode: 137, text: '' },
  {
    script: '(while kill -CONT $$; do sleep 0.2; done) >/dev/null 2>&1 & kill -STOP $$; exit 3',
    lifecycleState: 'FAILED',
    exitCode: 3,
    text: '',
  },
  { script: 'sudo -n echo as root', lifecycleState: 'SUCCEEDED', exitCode: 0, text: 'as root\n' },
  { script: 'echo "[$SECRET_OF_THE_REGION]"', lifecycleState: 'SUCCEEDED', exitCode: 0, text: '[]\n' },
  { script: 'no-such-program', lifecycleState: 'FAILED', exitCode: 127, text: undefined },
] as const;

for (const { script, lifecycleState, exitCode, text } of ENDS) {
  agent(`${JSON.stringify(script)} ends ${lifecycleState} with ${exitCode}`, async ({ harness }) => {
    const ended = await harness.waitFor(await harness.create(script));
    assert.is(ended.lifecycleState, lifecycleState);
    assert.is(ended.deliveryState, 'ACKED');
    assert.is(ended.content.exitCode, exitCode);
    if (text !== undefined) assert.is((ended.content as { text?: string }).text, text);
  });
}

agent('output is the last 1 KB', async ({ harness }) => {
  const ended = await harness.waitFor(await harness.create('seq 1 2000; echo the end'));
  const { text = '' } = ended.content as { text?: string };
  assert.is(Buffer.byteLength(text), 1024);
  assert.ok(text.endsWith('2000\nthe end\n'));
});

agent('a script over its time is TIMED_OUT, with its children', async ({ harness }) => {
  const id = await harness.create('echo $$; sleep 1000 & sleep 1000', { seconds: 1 });
  const ended = await harness.waitFor(id);
  assert.is(ended.lifecycleState, 'TIMED_OUT');
});

agent('cancel lets a running script clean up, and takes one that waits at once', async ({ harness }) => {
  const polite = 'trap "echo cleaned up; exit 70" TERM; echo ready; sleep 1000 & wait';
  const running = await harness.create(polite);
  await harness.waitFor(running, ({ lifecycleState }) => lifecycleState === 'IN_PROGRESS');
  await harness.client.cancelInstanceAgentCommand({ instanceAgentCommandId: running });
  const ended = await harness.waitFor(running);
  assert.is(ended.lifecycleState, 'CANCELED');
  assert.is(ended.deliveryState, 'ACKED_CANCELED');
  await harness.client.cancelInstanceAgentCommand({ instanceAgentCommandId: running });
  assert.is((await harness.execution(running)).lifecycleState, 'CANCELED', 'again: nothing happens');
});

agent('two scripts run at once, five are held, the sixth stays undelivered', async ({ harness }) => {
  const ids: string[] = [];
  for (let count = 0; count < 6; count += 1) ids.push(await harness.create('sleep 1000'));
  await harness.waitFor(ids[4] ?? '', ({ deliveryState }) => deliveryState === 'PENDING');
  const states = await Promise.all(ids.map(async (id) => (await harness.execution(id)).deliveryState));
  assert.equal(states, ['ACKED', 'ACKED', 'PENDING', 'PENDING', 'PENDING', 'VISIBLE']);
  for (const instanceAgentCommandId of ids) {
    await harness.client.cancelInstanceAgentCommand({ instanceAgentCommandId });
  }
  for (const id of ids) assert.is((await harness.waitFor(id)).lifecycleState, 'CANCELED');
});

agent(
  'a stopped instance takes its scripts along; their commands end with their time',
  async ({ harness }) => {
    const { instanceId } = harness;
    const id = await harness.create('sleep 1000', { seconds: 2 });
    await harness.waitFor(id, ({ lifecycleState }) => lifecycleState === 'IN_PROGRESS');
    assert.is(await harness.post(`instances/${instanceId}/stop`), 204);
    const waiting = await harness.create('echo later');
    assert.is((await harness.waitFor(id)).lifecycleState, 'TIMED_OUT');
    assert.is((await harness.execution(waiting)).deliveryState, 'VISIBLE');
    await harness.post(`instances/${instanceId}/start`);
    assert.is((await harness.waitFor(waiting)).lifecycleState, 'SUCCEEDED');
  },
);

agent('a killed agent is seen in its plugin, a stopped instance in its state', async ({ harness }) => {
  const { instanceId, region } = harness;
  const provider = { authenticationDetailsProvider: region.credentials() };
  const [plugins, compute] = [new PluginClient(provider, noRetries), new ComputeClient(provider, noRetries)];
  plugins.endpoint = region.endpoint;
  compute.endpoint = region.endpoint;
  const { compartmentId } = region.region;
  const pluginName = 'Compute Instance Run Command';
  const look = async () => {
    const wanted = { instanceagentId: instanceId, pluginName, compartmentId };
    const plugin = (await plugins.getInstanceAgentPlugin(wanted)).instanceAgentPlugin.status;
    const { instance } = await compute.getInstance({ instanceId });
    return [plugin, instance.lifecycleState];
  };
  assert.equal(await look(), ['RUNNING', 'RUNNING']);
  await harness.post(`instances/${instanceId}/kill-agent`);
  assert.equal(await look(), ['STOPPED', 'RUNNING']);
  await harness.post(`instances/${instanceId}/stop`);
  assert.equal(await look(), ['STOPPED', 'STOPPED']);
  await harness.post(`instances/${instanceId}/start`);
  const missing = { instanceagentId: instanceId, pluginName: 'Bastion', compartmentId };
  assert.equal(await errorOf(plugins.getInstanceAgentPlugin(missing)), {
    status: 400,
    code: 'InvalidParameter',
  });
  plugins.close();
  compute.close();
});

/** Faults, and where the command ends. */
const FAULTS = [
  { fault: { name: 'command-expired', where: 'F*' }, deliveryState: 'EXPIRED', lifecycleState: 'ACCEPTED' },
  { fault: { name: 'command-timed-out', where: 'F*' }, deliveryState: 'ACKED', lifecycleState: 'TIMED_OUT' },
  { fault: { name: 'lost-execution', where: 'F*' }, deliveryState: 'ACKED', lifecycleState: 'TIMED_OUT' },
  { fault: { name: 'agent-delay', value: 0.2 }, deliveryState: 'ACKED', lifecycleState: 'SUCCEEDED' },
] as const;

for (const { fault, deliveryState, lifecycleState } of FAULTS) {
  agent(`fault ${fault.name}: ends ${deliveryState}, ${lifecycleState}`, async ({ harness }) => {
    await harness.plant(fault);
    const ended = await harness.waitFor(await harness.create('true', { displayName: 'F 1', seconds: 1 }));
    assert.is(ended.deliveryState, deliveryState);
    assert.is(ended.lifecycleState, lifecycleState);
  });
}

agent('fault status-404: no status in the first seconds', async ({ harness }) => {
  await harness.plant({ name: 'status-404', where: 'early', value: 600 });
  const early = await harness.create('true', { displayName: 'early' });
  assert.equal(await errorOf(harness.execution(early)), { status: 404, code: 'NotAuthorizedOrNotFound' });
});

agent.run();
