// Applying one build: wait for its proof, take the app's lease, deploy, and record how it ended.
import { type Build, type In, type Phase, runOf } from '../build/build.ts';
import { decide } from '../build/decide.ts';
import { prolonged } from '../build/decide-deploying.ts';
import { enter } from '../build/enter.ts';
import { after } from '../build/retry.ts';
import { type Head, isOver } from '../build/seen.ts';
import { messageOf } from '../errors.ts';
import { advance } from './advance.ts';
import { type ApplyContext, deployBuild, whoOf } from './deploying.ts';
import { type Held, releaseLease, takeLease } from './lease.ts';
import { lookAt } from './look.ts';
import { observe } from './observe.ts';
import type { Found, Ports } from './ports.ts';
import { freeSlot } from './slots.ts';

/** What was done, for the log and the caller. */
export type Applied = Build['state'] | 'absent' | 'busy' | 'waiting' | 'lost';

/**
 * Safe to call at any time, for any build, by anybody, twice: a build that is not to be applied now is left alone.
 * @param found the build's active record as it was just read
 */
export async function applyBuild(found: Found | undefined, context: ApplyContext): Promise<Applied> {
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
  const { head, headTag } = seen;
  const read = head === undefined || headTag === undefined ? undefined : { head, eTag: headTag };
  const taken = await takeLease(whoOf(build, context), { ports, seen: read });
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
    await releaseLease(whoOf(build, context), { held: taken, ports });
    return 'lost';
  }
  return roll({ build: next, eTag }, { context, held: taken });
}

/** applying: whoever takes the lease goes on where the last one stopped. */
async function proceed(found: Found, context: ApplyContext): Promise<Applied> {
  const { ports } = context.loop;
  const taken = await takeLease(whoOf(found.build, context), { ports });
  if (taken.kind === 'busy') return 'busy';
  if (taken.kind === 'newer')
    return end(found, { phase: withRun(found.build, { state: 'superseded', by: taken.build }), ports });
  return roll(found, { context, held: taken });
}

async function roll(
  found: Found,
  { context, held }: { context: ApplyContext; held: Held },
): Promise<Applied> {
  const { ports } = context.loop;
  const { build } = found;
  if (build.state !== 'applying') return build.state;
  const who = whoOf(build, context);
  if (held.head.build === build.id) {
    await releaseLease(who, { held, ports });
    return end(found, { phase: deployedPhase(build, held.head), ports });
  }
  const outcome = await deployBuild(build, { context, held }).catch(async (thrown: unknown) => {
    // Without the lease the next sweep tries again at once; the error itself belongs to the function's log.
    const detail = `broken off, tried again: ${messageOf(thrown)}`.slice(0, 400);
    const next = { ...build, reason: detail, rolloutBy: prolonged(build, ports.now()) };
    await Promise.allSettled([pause(found, { next, ports }), releaseLease(who, { held, ports })]);
    throw thrown;
  });
  switch (outcome.kind) {
    case 'ready': {
      const deployed = {
        build: build.id,
        image: build.image,
        endpoint: outcome.endpoint,
        report: outcome.report,
        ...(build.run === undefined ? {} : { instance: build.run.instance }),
      };
      if (!(await releaseLease(who, { deployed, held, ports }))) return 'lost';
      return end(found, { phase: deployedPhase(build, deployed), ports });
    }
    case 'waiting':
      await pause(found, { next: { ...build, reason: outcome.detail }, ports });
      await releaseLease(who, { held, ports });
      await ports.applier.invoke(build);
      return 'waiting';
    case 'lost':
      return 'lost';
    case 'fenced':
      await releaseLease(who, { held, ports });
      return end(found, { phase: withRun(build, { state: 'superseded', by: outcome.by }), ports });
    case 'failed': {
      if (!(await releaseLease(who, { held, ports }))) return 'lost';
      const { kind: _, ...why } = outcome;
      return end(found, { phase: withRun(build, { state: 'failed', ...why, image: build.image }), ports });
    }
  }
}

/** The rollout is not over: notes what it waits for. */
async function pause(
  { build, eTag }: Found,
  { next, ports }: { next: In<'applying'>; ports: Ports },
): Promise<void> {
  const isNews =
    build.state === 'applying' && (build.reason !== next.reason || build.rolloutBy !== next.rolloutBy);
  if (isNews) await ports.records.swap(next, eTag);
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
  await giveBackSlot(next, ports).catch((thrown: unknown) => {
    const error = messageOf(thrown);
    ports.log('slot left to the sweep', { app: build.app, build: build.id, error });
  });
  return next.state;
}

/** By now the command is over, as a rule: the slot need not wait for the sweep. */
async function giveBackSlot(build: Build, ports: Ports): Promise<void> {
  const run = runOf(build);
  if (run?.command === undefined || run.isOver) return;
  if (!isOver(await lookAt(run, ports))) return;
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
