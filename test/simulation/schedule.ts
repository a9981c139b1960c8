// One schedule: uploads, events, ticks, crashes and cancels in an order that the seed decides; then faults stop,
// and everything must come to rest.

import { apply } from '../../functions/apply/handle.ts';
import { pollBuild } from '../../functions/poll-build/handle.ts';
import { uploadTrigger } from '../../functions/upload-trigger/handle.ts';
import type { BuildKey, Origin } from '../../shared/build/build.ts';
import { buildId } from '../../shared/build/id.ts';
import { after } from '../../shared/build/retry.ts';
import type { Judged } from '../../shared/pipeline/admit.ts';
import type { ApplyContext } from '../../shared/pipeline/deploying.ts';
import type { Ports, Upload } from '../../shared/pipeline/ports.ts';
import type { Loop } from '../../shared/pipeline/tasks.ts';
import { agentStep } from './build-instance.ts';
import { worldCluster } from './cluster.ts';
import { checkAlways, checkAtRest, Violation } from './invariants.ts';
import { type Gate, worldPorts } from './ports.ts';
import { type Random, seeded } from './random.ts';
import { createScheduler, NO_TROUBLE, type Scheduler, type Trouble } from './scheduler.ts';
import { type Command, createWorld, keyText, putRecord, readRecord, type World } from './world.ts';

const START = Date.parse('2026-11-24T10:00:00Z');
const APPS = ['shop', 'blog', 'mail'];
const INSTANCES = ['i1', 'i2'];
const SLOTS_EACH = 2;
const LIMITS = { deliverySeconds: 900, buildSeconds: 1800 };
const NAMES = { namespace: 'ns', bucket: 'source' };
/** When an invocation has to be back by. */
const FUNCTION_MS = 300_000;
/** With a minute each: more than the longest chain of deadlines (three attempts, apply, rollout). */
const MAX_TICKS = 600;

export const TROUBLE: Trouble = {
  crash: 0.02,
  failBefore: 0.02,
  failAfter: 0.02,
  replyLost: 0.02,
  sleep: 0.01,
};

/** What a planted mistake changes. */
export interface Mistake {
  readonly ports?: (ports: Ports, world: World) => Ports;
  readonly fence?: boolean;
  /** The applier does not ask whether the lease is still its own. */
  readonly careless?: boolean;
  /** Makes the trouble that shows it more common. */
  readonly trouble?: Partial<Trouble>;
  /** Does away with ticks, to show that the sweep is what makes it correct. */
  readonly noSweep?: boolean;
}

export interface ScheduleOptions {
  readonly seed: number;
  /** Actions before faults stop. */
  readonly length: number;
  readonly trouble?: Trouble;
  readonly mistake?: Mistake;
}

export interface Outcome {
  readonly violation: string | undefined;
  readonly steps: number;
  readonly ends: Readonly<Record<string, number>>;
}

interface Run {
  readonly world: World;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly mistake: Mistake;
  isHealthy: boolean;
}

/** Runs one schedule to its end. Deterministic: the same options give the same outcome. */
export async function runSchedule(options: ScheduleOptions): Promise<Outcome> {
  const random = seeded(options.seed);
  const world = createWorld(START);
  const run: Run = {
    world,
    random,
    scheduler: createScheduler(random, () => world.now),
    mistake: options.mistake ?? {},
    isHealthy: false,
  };
  run.scheduler.trouble = { ...(options.trouble ?? TROUBLE), ...options.mistake?.trouble };
  let steps = 0;
  try {
    for (let action = 0; action < options.length; action += 1) {
      act(run);
      const calls = random.below(12);
      for (let call = 0; call < calls; call += 1) {
        steps += Number(await run.scheduler.step());
        check(run);
      }
    }
    steps += await rest(run);
    checkAtRest(run.world);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { violation: error.message, steps, ends: {} };
  }
  return { violation: undefined, steps, ends: endsOf(run.world) };
}

function check({ world, scheduler }: Run): void {
  checkAlways(world, { slots: SLOTS_EACH });
  const [error] = scheduler.errors;
  if (error !== undefined)
    throw new Violation(
      error.includes('Violation') ? error.replace(/^.*Violation: /, '') : `error: ${error}`,
    );
}

/** Weighted: the common things happen often. */
const ACTIONS: readonly [weight: number, act: (run: Run) => void][] = [
  [8, upload],
  [1, burst],
  [10, tick],
  [25, agents],
  [12, takeInvoke],
  [20, (run) => pass(run, 20_000)],
  [3, (run) => pass(run, 1_200_000)],
  [3, cancel],
  [2, rollBack],
  [2, vanishOrReturn],
  [1, ({ world, random }) => cancelInConsole(random.pick(openCommands(world)))],
];
const TOTAL = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

function act(run: Run): void {
  let left = run.random.below(TOTAL);
  for (const [weight, action] of ACTIONS) {
    left -= weight;
    if (left >= 0) continue;
    action(run);
    return;
  }
}

function pass({ world, random }: Run, mostMs: number): void {
  world.now += random.below(mostMs);
}

function upload(run: Run): void {
  const { world, random } = run;
  const app = random.pick(APPS) ?? '';
  // One object per app is overwritten; versions stay readable.
  const object = `apps/${app}/source${random.below(2)}.tar.gz`;
  world.now += 1 + random.below(3_000);
  const made: Upload = {
    object,
    eTag: `t${world.nextTag}`,
    uploadedAt: new Date(world.now).toISOString(),
    bytes: 1,
  };
  world.nextTag += 1;
  world.uploads.push(made);
  if (random.chance(0.15)) return;
  uploadEvent(run, made);
  if (random.chance(0.2)) uploadEvent(run, made);
  // An old event once more, late.
  const old = random.pick(world.uploads);
  if (random.chance(0.2) && old !== undefined) uploadEvent(run, old);
}

/** A monorepo pushed: many uploads at once, none waiting for another. */
function burst(run: Run): void {
  for (let left = 3 + run.random.below(4); left > 0; left -= 1) upload(run);
}

function uploadEvent(run: Run, { object, eTag }: Upload): void {
  const data = {
    resourceName: object,
    additionalDetails: { namespace: NAMES.namespace, bucketName: NAMES.bucket, eTag },
  };
  const event = { eventType: 'com.oraclecloud.objectstorage.createobject', data };
  run.scheduler.start('upload-trigger', (gate) => {
    const { loop, door } = parts(run, gate);
    return uploadTrigger(event, { loop, door });
  });
}

function tick(run: Run, input: unknown = {}): void {
  if (run.mistake.noSweep === true) return;
  run.scheduler.start('poll-build', (gate) => {
    const { loop, door } = parts(run, gate);
    return pollBuild(input, { loop, door, until: new Date(run.world.now + FUNCTION_MS) });
  });
}

function parts(run: Run, gate: Gate): { loop: Loop; door: Parameters<typeof uploadTrigger>[1]['door'] } {
  const plain = worldPorts(run.world, gate);
  const ports = run.mistake.ports?.(plain, run.world) ?? plain;
  const loop: Loop = { ports, limits: LIMITS, pool: { instances: INSTANCES, slotsEach: SLOTS_EACH } };
  return { loop, door: { ports, ...NAMES, judge } };
}

/** Judged by what is in the ETag's number: most are good, some are bad, some bring an image. */
async function judge(_app: string, stream: AsyncIterable<Uint8Array>): Promise<Judged> {
  let text = '';
  for await (const part of stream) text += new TextDecoder().decode(part);
  const number = Number(text.slice(1));
  if (number % 11 === 0) return { kind: 'rejected', rule: 'no-dockerfile', detail: 'No Dockerfile.' };
  const policy = number % 5 === 0 ? 'queue' : 'supersede';
  return {
    kind: 'accepted',
    namespace: 'n',
    policy,
    rolloutSeconds: 300,
    onFailure: 'rollback',
    shrink: false,
    ...(number % 2 === 0 ? { manifests: 'plain' } : {}),
  };
}

function agents(run: Run): void {
  const { world, random } = run;
  const command = random.pick(openCommands(world));
  if (command === undefined) return;
  const said = agentStep(command, {
    world,
    random,
    isHealthy: run.isHealthy,
    buildSeconds: LIMITS.buildSeconds,
  });
  checkAlways(world, { slots: SLOTS_EACH });
  const isHeard = run.isHealthy || random.chance(0.8);
  if (said.pushed !== undefined && isHeard) startApply(run, keyIn(said.pushed), { asEvent: true });
  if (said.result !== undefined && (run.isHealthy || random.chance(0.8))) {
    tick(run, { data: { resourceName: `results/${said.result}/1` } });
  }
}

function takeInvoke(run: Run): void {
  const key = run.world.invokes.shift();
  if (key === undefined) return;
  startApply(run, key, { asEvent: false });
  if (!run.isHealthy && run.random.chance(0.1)) startApply(run, key, { asEvent: false });
}

function startApply(run: Run, { app, id }: BuildKey, { asEvent }: { asEvent: boolean }): void {
  const event = {
    eventType: 'com.oraclecloud.artifacts.uploaddockerimage',
    data: { resourceName: `galley/${app}:${id}` },
  };
  run.scheduler.start('apply', (gate, actor) => {
    const { loop } = parts(run, gate);
    const { world, random, mistake } = run;
    const cluster = worldCluster({
      world,
      gate,
      random,
      isHealthy: () => run.isHealthy,
      fence: mistake.fence ?? true,
      careless: mistake.careless ?? false,
    });
    const context: ApplyContext = {
      loop,
      cluster: async () => cluster,
      holder: actor.name,
      until: new Date(world.now + FUNCTION_MS),
    };
    return apply(asEvent ? event : { app, build: id }, { ...context, sleep: () => gate.before('sleep') });
  });
}

function cancel({ world, random }: Run): void {
  const key = random.pick([...world.active.keys()]);
  if (key !== undefined) world.cancels.set(key, 'ada');
}

/** As `galley rollback` does: the manifests, then a record that starts as pushed. */
function rollBack({ world, random }: Run): void {
  const old = random.pick([...world.done.values()].filter(({ value }) => value.state === 'deployed'));
  const build = readRecord(old)?.build;
  if (build?.state !== 'deployed') return;
  world.now += 1_000;
  const uploadedAt = new Date(world.now).toISOString();
  const id = buildId({ ...NAMES, object: `rollback/${build.id}`, eTag: uploadedAt }, uploadedAt);
  const { state: _, image, endpoint: __, report: ___, run: ____, since: _____, ...rest } = build;
  const origin: Origin = { ...rest, id, uploadedAt, rollbackOf: build.id };
  world.manifests.set(keyText(origin), world.manifests.get(keyText(build)) ?? '');
  putRecord(world, {
    ...origin,
    since: uploadedAt,
    state: 'pushed',
    attempt: 0,
    image,
    applyBy: after(new Date(world.now), 3600),
  });
}

/** Faults stop; agents, events and the clock go on until nothing is left to do. */
async function rest(run: Run): Promise<number> {
  const { world, scheduler } = run;
  run.isHealthy = true;
  scheduler.trouble = NO_TROUBLE;
  world.silent.clear();
  let steps = 0;
  for (let round = 0; round < MAX_TICKS; round += 1) {
    world.now += 60_000;
    tick(run);
    for (let turn = 0; turn < 8; turn += 1) agents(run);
    while (world.invokes.length > 0) takeInvoke(run);
    while (await scheduler.step()) {
      steps += 1;
      check(run);
    }
    if (isQuiet(run) && round > 6) break;
  }
  return steps;
}

function isQuiet({ world, scheduler }: Run): boolean {
  const isOpen = openCommands(world).length > 0;
  return world.active.size === 0 && world.slots.size === 0 && !isOpen && scheduler.busy() === 0;
}

function openCommands({ commands }: World): Command[] {
  return commands.filter(({ seen }) => seen.outcome === 'waiting' || seen.outcome === 'running');
}

/** Somebody with the rights does it past Galley. */
function cancelInConsole(command: Command | undefined): void {
  if (command === undefined) return;
  if (command.seen.outcome === 'waiting') command.seen = { outcome: 'canceled' };
  else command.cancelAsked = true;
}

function endsOf(world: World): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { value } of world.done.values()) ends[value.state ?? ''] = (ends[value.state ?? ''] ?? 0) + 1;
  return ends;
}

/** An instance dies as it stands; later it goes on where it was. */
function vanishOrReturn({ world, random }: Run): void {
  const instance = random.pick(INSTANCES) ?? '';
  if (!world.silent.delete(instance)) world.silent.set(instance, world.now);
}

function keyIn(text: string): BuildKey {
  const [app = '', id = ''] = text.split('/');
  return { app, id };
}
