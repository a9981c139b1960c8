// Applying one build: wait for its proof, take the app's lease, deploy, and record how it ended.
import { type Build, type BuildKey, type In, type Phase, runOf } from '../build/build.ts';
import { decide } from '../build/decide.ts';
import { enter } from '../build/enter.ts';
import { after } from '../build/retry.ts';
import { type Head, isOver } from '../build/seen.ts';
import { advance } from './advance.ts';
import { type ApplyContext, deployBuild, whoOf } from './deploying.ts';
import { releaseLease, takeLease } from './lease.ts';
import { observe } from './observe.ts';
import type { Found, Ports } from './ports.ts';
import { freeSlot } from './slots.ts';

/** What was done, for the log and the caller. */
export type Applied = Build['state'] | 'absent' | 'busy' | 'waiting' | 'lost';

/** Safe to call at any time, for any build, by anybody, twice: a build that is not to be applied now is left alone. */
export async function applyBuild(key: BuildKey, context: ApplyContext): Promise<Applied> {
  const { ports } = context.loop;
  const found = await ports.records.findActive(key);
  if (found === undefined) return 'absent';
  const { build } = found;
  if (build.state === 'pushed') return begin(found, context);
  if (build.state === 'applying') return proceed(found, context);
  return build.state;
}

/** pushed → applying: never over a newer build, and only with the lease. */
async function begin(found: Found, context: ApplyContext): Promise<Applied> {
  const { ports, limits } = context.loop;
  const { build } = found;
  if (build.state !== 'pushed') return build.state;
  const seen = await observe(build, { ports, known: {}, withHead: true });
  const decision = decide(build, { seen, now: ports.now(), limits });
  if (!decision.tasks.includes('invoke-apply')) {
    return (await advance(build, { ...context.loop, loaded: found }))?.state ?? 'absent';
  }
  if (runOf(build) === undefined && (await ports.records.findDone(build)) !== undefined) {
    await ports.records.drop(build, found.eTag);
    return 'absent';
  }
  const taken = await takeLease(whoOf(build, context), ports);
  if (taken.kind === 'busy') return 'busy';
  if (taken.kind === 'newer')
    return end(found, { phase: withRun(build, { state: 'superseded', by: taken.build }), ports });
  const rolloutBy = after(ports.now(), build.rolloutSeconds);
  const phase = withRun(build, {
    state: 'applying',
    attempt: build.attempt + 1,
    image: build.image,
    rolloutBy,
  });
  const next = enter(build, { phase, now: ports.now() });
  const eTag = await ports.records.swap(next, found.eTag);
  if (eTag === undefined) {
    await releaseLease(whoOf(build, context), { ports });
    return 'lost';
  }
  return roll({ build: next, eTag }, { context, head: taken.head });
}

/** applying: whoever takes the lease goes on where the last one stopped. */
async function proceed(found: Found, context: ApplyContext): Promise<Applied> {
  const { ports } = context.loop;
  const taken = await takeLease(whoOf(found.build, context), ports);
  if (taken.kind === 'busy') return 'busy';
  if (taken.kind === 'newer')
    return end(found, { phase: withRun(found.build, { state: 'superseded', by: taken.build }), ports });
  return roll(found, { context, head: taken.head });
}

async function roll(
  found: Found,
  { context, head }: { context: ApplyContext; head: Head },
): Promise<Applied> {
  const { ports } = context.loop;
  const { build } = found;
  if (build.state !== 'applying') return build.state;
  const who = whoOf(build, context);
  if (head.build === build.id) {
    await releaseLease(who, { ports });
    return end(found, { phase: deployedPhase(build, head), ports });
  }
  const outcome = await deployBuild(build, { context, head });
  switch (outcome.kind) {
    case 'ready': {
      const deployed = {
        build: build.id,
        image: build.image,
        endpoint: outcome.endpoint,
        report: outcome.report,
      };
      if (!(await releaseLease(who, { deployed, ports }))) return 'lost';
      return end(found, { phase: deployedPhase(build, deployed), ports });
    }
    case 'waiting':
      return pause(found, { who, detail: outcome.detail, ports });
    case 'lost':
      return 'lost';
    case 'fenced':
      await releaseLease(who, { ports });
      return end(found, { phase: withRun(build, { state: 'superseded', by: outcome.by }), ports });
    case 'failed': {
      if (!(await releaseLease(who, { ports }))) return 'lost';
      const { kind: _, ...why } = outcome;
      return end(found, { phase: withRun(build, { state: 'failed', ...why, image: build.image }), ports });
    }
  }
}

/** The rollout is not over: note what it waits for, let go, and come again at once in a fresh invocation. */
async function pause(
  { build, eTag }: Found,
  {
    who,
    detail,
    ports,
  }: { who: { app: string; build: string; holder: string }; detail: string; ports: Ports },
): Promise<Applied> {
  if (build.state === 'applying' && build.reason !== detail)
    await ports.records.swap({ ...build, reason: detail }, eTag);
  await releaseLease(who, { ports });
  await ports.applier.invoke(build);
  return 'waiting';
}

async function end(
  { build, eTag }: Found,
  { phase, ports }: { phase: Phase; ports: Ports },
): Promise<Applied> {
  const next = enter(build, { phase, now: ports.now() });
  const swapped = await ports.records.swap(next, eTag);
  if (swapped === undefined) return 'lost';
  ports.log('build ended', { app: build.app, build: build.id, state: next.state });
  await ports.records.finish(next);
  await ports.records.drop(next, swapped);
  await giveBackSlot(next, ports);
  return next.state;
}

/** By now the command is over, as a rule: the slot need not wait for the sweep. */
async function giveBackSlot(build: Build, ports: Ports): Promise<void> {
  const run = runOf(build);
  if (run?.command === undefined || !isOver(await ports.commands.look(run.command, run.instance))) return;
  const slot = { instance: run.instance, number: run.slot };
  await freeSlot(slot, { holder: { ...build, attempt: run.attempt }, ports });
}

function deployedPhase(build: In<'applying'>, head: Omit<Head, 'lease'>): Phase {
  const report = head.report === undefined ? {} : { report: head.report };
  return withRun(build, {
    state: 'deployed',
    image: build.image,
    endpoint: head.endpoint ?? 'pending',
    ...report,
  });
}

function withRun(build: Build, phase: Phase): Phase {
  const run = runOf(build);
  return run === undefined || phase.state === 'rejected' ? phase : { ...phase, run };
}
