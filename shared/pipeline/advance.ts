// The loop on one build: observe → decide → save → do. Every function runs it; any may be killed at any await.
import { type Build, type BuildKey, type In, isFinal, runOf } from '../build/build.ts';
import { type Decision, decide } from '../build/decide.ts';
import type { Head, Seen } from '../build/seen.ts';
import { observe } from './observe.ts';
import type { Found, Ports, SlotName } from './ports.ts';
import { claimSlot } from './slots.ts';
import { doTask, type Loop } from './tasks.ts';

/** A build moves a few states at most in one go; more means that somebody else moves it too. */
const MAX_ROUNDS = 12;

/**
 * Moves one build on as far as it goes now.
 * @param loaded the record when it was just read
 * @returns the build as it stands, or undefined when it is not active (any more)
 */
export async function advance(key: BuildKey, loop: Loop & { loaded?: Found }): Promise<Build | undefined> {
  let found = loop.loaded ?? (await loop.ports.records.findActive(key));
  for (let round = 0; round < MAX_ROUNDS && found !== undefined; round += 1) {
    const step = await once(found, loop);
    if (step === 'gone') return undefined;
    if (step === 'lost') found = await loop.ports.records.findActive(key);
    else if (step.isSettled) return step.build;
    else found = step;
  }
  return found?.build;
}

/** `isSettled`: nothing more is to be done now. `lost`: the record must be read again. */
type Step = (Found & { readonly isSettled: boolean }) | 'lost' | 'gone';

async function once(found: Found, loop: Loop): Promise<Step> {
  const { ports, limits } = loop;
  const known = loop.known ?? {};
  const seen = await observe(found.build, { ports, known, withHead: false });
  const decision = decide(found.build, { seen, now: ports.now(), limits });
  if (decision.tasks.includes('claim-slot')) return claim(found, { loop, seen });
  return follow(found, { decision, loop });
}

/** A queued build that may move: looks at the head, claims, and decides again with the slot. */
async function claim(found: Found, { loop, seen }: { loop: Loop; seen: Seen }): Promise<Step> {
  const { ports, limits, pool } = loop;
  const { build } = found;
  if (build.state !== 'queued') return { ...found, isSettled: true };
  const head = await headBeforeClaim(build, loop);
  const withHead: Seen = head === undefined ? seen : { ...seen, head };
  const again = decide(build, { seen: withHead, now: ports.now(), limits });
  if (!again.tasks.includes('claim-slot')) return follow(found, { decision: again, loop });
  const got = await claimSlot(build, { ports, pool, board: loop.board, last: head?.instance });
  const decision = decide(build, { seen: { ...withHead, ...got }, now: ports.now(), limits });
  const saved = await save(found, { decision, ports });
  const isUsed = typeof saved === 'object' && saved.build.state === 'building';
  if ('slot' in got && !isUsed) await returnUnused(got, { build, ports });
  return saved === 'lost' || saved === 'gone' ? saved : doTasks(saved, { from: found, decision, loop });
}

/** In a sweep with no slot left the head is not asked: nothing can move. */
async function headBeforeClaim(build: BuildKey, { ports, pool, board }: Loop): Promise<Head | undefined> {
  const isFull = board !== undefined && board.taken.size >= pool.instances.length * pool.slotsEach;
  return isFull ? undefined : (await ports.heads.read(build.app))?.head;
}

/**
 * A claim that led to nothing is given back at once. What counts is the record as it stands: a save that was told
 * as lost may have been won. The claim's own ETag counts too: when it was revoked, the slot may be claimed again, for
 * the same attempt, by whoever is about to use it.
 */
async function returnUnused(
  { slot, claim }: { slot: SlotName; claim: string },
  { build, ports }: { build: In<'queued'>; ports: Ports },
): Promise<void> {
  const now = (await ports.records.findActive(build))?.build;
  const run = now === undefined ? undefined : runOf(now);
  const isUsed =
    run?.attempt === build.attempt + 1 && run.instance === slot.instance && run.slot === slot.number;
  if (!isUsed) await ports.slots.free(slot, claim);
}

async function follow(found: Found, { decision, loop }: { decision: Decision; loop: Loop }): Promise<Step> {
  const saved = await save(found, { decision, ports: loop.ports });
  return saved === 'lost' || saved === 'gone' ? saved : doTasks(saved, { from: found, decision, loop });
}

async function doTasks(
  saved: Found,
  { from, decision, loop }: { from: Found; decision: Decision; loop: Loop },
): Promise<Step> {
  const before = saved.eTag;
  let current: Found | 'gone' | 'lost' = saved;
  for (const task of decision.tasks) {
    current = await doTask(task, { found: current, loop });
    if (current === 'gone' || current === 'lost') return current;
  }
  // Whoever was invoked, or told, goes on from here: a second look would only tell it again.
  const isPassedOn = decision.tasks.includes('invoke-apply') || decision.tasks.includes('ensure-command');
  const hasMoved = decision.build.state !== from.build.state || current.eTag !== before;
  return { ...current, isSettled: isPassedOn || !hasMoved || isFinal(current.build) };
}

/** The compare-and-swap every transition goes through. */
async function save(
  found: Found,
  { decision, ports }: { decision: Decision; ports: Ports },
): Promise<Found | 'lost' | 'gone'> {
  if (decision.build === found.build) return found;
  if (await isRevenant(found, { next: decision.build, ports })) return 'gone';
  const eTag = await ports.records.swap(decision.build, found.eTag);
  if (eTag === undefined) return 'lost';
  ports.log('build saved', { ...nameOf(decision.build), from: found.build.state, to: decision.build.state });
  return { build: decision.build, eTag };
}

/**
 * A late duplicate admission can bring back a record that was finished and removed in between. It is seen
 * when it first moves: `done/` is there. It goes, and its build stays as it ended (I1, I5).
 */
async function isRevenant(found: Found, { next, ports }: { next: Build; ports: Ports }): Promise<boolean> {
  const isFirstMove = found.build.state !== next.state && runOf(found.build) === undefined;
  if (!isFirstMove || (await ports.records.findDone(found.build)) === undefined) return false;
  await ports.records.drop(found.build, found.eTag);
  return true;
}

function nameOf({ app, id }: BuildKey): { app: string; build: string } {
  return { app, build: id };
}
