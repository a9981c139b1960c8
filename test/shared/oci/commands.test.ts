import { setTimeout as sleep } from 'node:timers/promises';
import type { models } from 'oci-computeinstanceagent';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandSeen } from '../../../shared/build/seen.ts';
import { commandSeen, ociCommands } from '../../../shared/oci/commands.ts';
import { ociInstances } from '../../../shared/oci/instances.ts';
import type { CommandRequest, Commands } from '../../../shared/pipeline/ports.ts';
import { startTestOci, type TestOci } from '../../helpers/oci.ts';

const test = suite<{ oci: TestOci; commands: Commands; instance: string }>('commands over OCI');
test.before(async (context) => {
  context.oci = await startTestOci(['instance-agent']);
  const { clients, region } = context.oci;
  const { compartmentId } = region.region;
  context.commands = ociCommands(clients, { compartmentId, now: () => new Date() });
  context.instance = String(region.region.twin.of('oci_core_instance')[0]?.values.id);
});
test.after(({ oci }) => oci.stop());

let last = 0;
function request(instance: string, text: string): CommandRequest {
  last += 1;
  return {
    instance,
    displayName: `galley test ${last}`,
    text,
    retryToken: `token-${last}`,
    timeoutSeconds: 60,
  };
}

async function over(commands: Commands, id: string, instance: string): Promise<CommandSeen> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(20)) {
    const seen = await commands.look(id, instance);
    if (seen !== 'absent' && seen.outcome !== 'waiting' && seen.outcome !== 'running') return seen;
  }
  throw new Error(`command ${id} is not over after 60 s`);
}

test('a command is created, found by its name, and seen to its end', async ({ commands, instance }) => {
  const wanted = request(instance, '#!/bin/bash\necho built; exit 3\n');
  const id = await commands.create(wanted);
  assert.is(await commands.find(wanted.displayName), id);
  const seen = await over(commands, id, instance);
  assert.equal({ ...seen, text: seen.text?.trim() }, { outcome: 'failed', exitCode: 3, text: 'built' });
});

test('the same token gives the same command, also after a lost reply', async ({
  oci,
  commands,
  instance,
}) => {
  const wanted = request(instance, '#!/bin/bash\nexit 0\n');
  await oci.plant('drop-reply', 'CreateInstanceAgentCommand');
  const id = await commands.create(wanted);
  assert.is(await commands.create(wanted), id);
});

test('an unknown command is absent, and has no name', async ({ commands, instance }) => {
  assert.is(await commands.look('ocid1.instanceagentcommand.oc1.eu-frankfurt-1.none', instance), 'absent');
  assert.is(await commands.find('galley nobody'), undefined);
});

test('a cancelled command ends; cancelling again, or nothing, is no error', async ({
  oci,
  commands,
  instance,
}) => {
  await oci.plant('agent-delay', instance, { value: 1 });
  const id = await commands.create(request(instance, '#!/bin/bash\nsleep 60\n'));
  await commands.cancel(id);
  assert.is((await over(commands, id, instance)).outcome, 'canceled');
  await commands.cancel(id);
  await commands.cancel('ocid1.instanceagentcommand.oc1.eu-frankfurt-1.none');
});

test('a command that OCI refuses says what it was', async ({ commands, instance }) => {
  const error = await commands.create(request(instance, `#!/bin/bash\n# ${'x'.repeat(5000)}\n`)).then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.ok(error.message.startsWith(`creating command "galley test ${last}": 400 InvalidParameter: `));
  assert.is(error.retry, 'never');
});

test('a running instance with its plugin has no problem', async ({ oci, instance }) => {
  const { compartmentId } = oci.region.region;
  assert.is(await ociInstances(oci.clients, { compartmentId }).problem(instance), undefined);
});

for (const [deed, problem] of [
  ['kill-agent', 'plugin Compute Instance Run Command is STOPPED'],
  ['stop', 'the instance is STOPPED'],
] as const) {
  test(`after ${deed} the instance's problem is named`, async ({ oci, instance }) => {
    const deeds = `${oci.region.endpoint}/_galley/instances/${instance}`;
    const { compartmentId } = oci.region.region;
    await fetch(`${deeds}/${deed}`, { method: 'POST' });
    assert.is(await ociInstances(oci.clients, { compartmentId }).problem(instance), problem);
    await fetch(`${deeds}/start`, { method: 'POST' });
  });
}

test('of an instance that cannot be seen nothing is known', async ({ oci }) => {
  const { compartmentId } = oci.region.region;
  const instances = ociInstances(oci.clients, { compartmentId });
  assert.is(await instances.problem('ocid1.instance.oc1.eu-frankfurt-1.none'), undefined);
});

type Raw = Record<string, unknown>;
const SEEN: [string, Raw, CommandSeen][] = [
  ['nobody asked yet', { deliveryState: 'VISIBLE', lifecycleState: 'ACCEPTED' }, { outcome: 'waiting' }],
  ['on its way', { deliveryState: 'PENDING', lifecycleState: 'ACCEPTED' }, { outcome: 'waiting' }],
  ['runs', { deliveryState: 'ACKED', lifecycleState: 'IN_PROGRESS', content: null }, { outcome: 'running' }],
  [
    'runs, with a code before its time',
    { deliveryState: 'ACKED', lifecycleState: 'IN_PROGRESS', content: { exitCode: 0, text: 'x' } },
    { outcome: 'running' },
  ],
  [
    'succeeded',
    { deliveryState: 'ACKED', lifecycleState: 'SUCCEEDED', content: { exitCode: 0, text: 'done' } },
    { outcome: 'succeeded', exitCode: 0, text: 'done' },
  ],
  [
    'failed without a code',
    { deliveryState: 'ACKED', lifecycleState: 'FAILED', content: { exitCode: null, message: 'agent lost' } },
    { outcome: 'failed', text: 'agent lost' },
  ],
  ['timed out', { deliveryState: 'ACKED', lifecycleState: 'TIMED_OUT' }, { outcome: 'timedOut' }],
  ['cancelled', { deliveryState: 'ACKED', lifecycleState: 'CANCELED' }, { outcome: 'canceled' }],
  [
    'cancelled unseen',
    { deliveryState: 'ACKED_CANCELED', lifecycleState: 'ACCEPTED' },
    { outcome: 'canceled' },
  ],
  ['never fetched', { deliveryState: 'EXPIRED', lifecycleState: 'ACCEPTED' }, { outcome: 'expired' }],
  ['in a state of a later API', { deliveryState: 'ACKED', lifecycleState: 'PAUSED' }, { outcome: 'running' }],
];
for (const [what, raw, expected] of SEEN) {
  test(`a command that ${what} -> ${expected.outcome}`, () => {
    assert.equal(commandSeen(raw as unknown as models.InstanceAgentCommandExecution), expected);
  });
}

test.run();
