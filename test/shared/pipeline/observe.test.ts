// What is asked of the outside for one build: no more than its state needs.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build } from '../../../shared/build/build.ts';
import type { CommandSeen, Seen } from '../../../shared/build/seen.ts';
import { commandRequest } from '../../../shared/pipeline/command.ts';
import { observe } from '../../../shared/pipeline/observe.ts';
import type { CommandRequest } from '../../../shared/pipeline/ports.ts';
import { building, LIMITS, NOW, queued, result } from '../../helpers/builds.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { createWorld, type World } from '../../simulation/world.ts';

const test = suite('observe');
const known = { cancels: new Map<string, string>(), siblings: () => [] };

const RESULT = result();

/** The calls of one look, and what it saw. */
async function look(world: World, build: Build): Promise<{ calls: string[]; seen: Seen }> {
  const calls: string[] = [];
  const gate = {
    before: async (call: string) => void calls.push(call),
    after: async () => 'ok' as const,
  };
  const seen = await observe(build, { ports: worldPorts(world, gate), known, withHead: false });
  return { calls, seen };
}

/** A build whose command is at the outcome, so many seconds after it was sent. */
async function during(
  outcome: CommandSeen['outcome'],
  seconds: number,
): Promise<{ world: World; build: Build }> {
  const world = createWorld(NOW.getTime());
  const create = (request: CommandRequest) => worldPorts(world).commands.create(request);
  // Of the first command the status is 404 for a while (simulation/ports.ts).
  await create({ ...commandRequest(building(), LIMITS), displayName: 'first', retryToken: 'first' });
  const command = await create(commandRequest(building(), LIMITS));
  const build = building();
  const [, sent] = world.commands;
  if (sent !== undefined) sent.seen = { outcome };
  world.now += seconds * 1000;
  return { world, build: { ...build, run: { ...build.run, command } } };
}

test('a queued build in a sweep costs nothing', async () => {
  assert.equal((await look(createWorld(NOW.getTime()), queued())).calls, []);
});

test('a young command is asked for its state and its result alone', async () => {
  const { world, build } = await during('running', 299);
  assert.equal((await look(world, build)).calls, ['results.find', 'commands.look']);
});

test('one with a result is asked for nothing more', async () => {
  const { world, build } = await during('running', 20);
  world.results.set(`${build.app}/${build.id}/1`, RESULT);
  const { calls, seen } = await look(world, build);
  assert.equal(calls, ['results.find']);
  assert.equal(seen, { result: RESULT });
});

test('one that is over and had no result a moment ago is asked again', async () => {
  const { world, build } = await during('succeeded', 20);
  assert.equal((await look(world, build)).calls, ['results.find', 'commands.look', 'results.find']);
});

test('a status of 404 proves nothing while the command is young', async () => {
  for (const [seconds, expected] of [
    [119, undefined],
    [120, 'absent'],
  ] as const) {
    const { world, build } = await during('running', seconds);
    const ports = worldPorts(world);
    const commands = { ...ports.commands, look: async () => 'absent' as const };
    const seen = await observe(build, { ports: { ...ports, commands }, known, withHead: false });
    assert.is(seen.command, expected);
  }
});

test('one that runs for minutes is asked for a sign of life', async () => {
  const { world, build } = await during('running', 300);
  const { calls, seen } = await look(world, build);
  assert.equal(calls, ['results.find', 'commands.look', 'results.heard']);
  assert.is(seen.heardAt, new Date(world.now).toISOString());
});

test('when there was none for long, its instance is asked what is wrong', async () => {
  const { world, build } = await during('running', 900);
  world.silent.set(building().run.instance, NOW.getTime());
  const { calls, seen } = await look(world, build);
  assert.equal(calls, ['results.find', 'commands.look', 'results.heard', 'instances.problem']);
  assert.equal([seen.heardAt, seen.instanceProblem], [NOW.toISOString(), 'plugin stopped']);
});

test('one that nobody fetched for minutes has its instance asked', async () => {
  const { world, build } = await during('waiting', 300);
  assert.equal((await look(world, build)).calls, ['results.find', 'commands.look', 'instances.problem']);
});

test.run();
