// Build slots: objects claimed with If-None-Match, so that no instance has more commands in flight than slots.
import type { Build, BuildKey } from '../build/build.ts';
import type { Ports, SlotHolder, SlotName } from './ports.ts';
import { preferred } from './preference.ts';

export interface Pool {
  readonly instances: readonly string[];
  readonly slotsEach: number;
}

/** What a sweep knows of the slots, kept up to date as it claims: saves a listing per build. */
export interface SlotBoard {
  readonly taken: Set<string>;
  /** Instances found unfit, with why. */
  readonly unfit: Map<string, string>;
}

export function boardOf(taken: readonly SlotName[]): SlotBoard {
  return { taken: new Set(taken.map(nameOf)), unfit: new Map() };
}

/** `claim`: the claim's ETag, which nobody else's claim has. */
export type Claim =
  | { readonly slot: SlotName; readonly claim: string; readonly passedOver?: string }
  | { readonly noSlot: string };

interface ClaimContext {
  readonly ports: Ports;
  readonly pool: Pool;
  readonly board: SlotBoard;
}

interface Claiming extends Omit<ClaimContext, 'board'> {
  readonly board: SlotBoard | undefined;
  /** Where the app was built last. */
  readonly last?: string | undefined;
}

/**
 * Claims a free slot for the build's next attempt: its preferred instance first, failed ones last. Without a board the
 * first choice is tried before the others are listed: mostly it is free.
 */
export async function claimSlot(
  build: Build & { attempt: number; avoid?: string },
  { board: known, ports, pool, last }: Claiming,
): Promise<Claim> {
  const board = known ?? boardOf([]);
  let isListed = known !== undefined;
  const avoid = new Set(build.avoid?.split(',') ?? []);
  const fit = pool.instances.filter((instance) => !board.unfit.has(instance));
  const order = preferred(build.app, fit, last).sort((a, b) => Number(avoid.has(a)) - Number(avoid.has(b)));
  const holder: SlotHolder = {
    app: build.app,
    id: build.id,
    attempt: build.attempt + 1,
    since: ports.now().toISOString(),
  };
  for (const instance of order) {
    for (let number = 0; number < pool.slotsEach; number += 1) {
      const slot = { instance, number };
      if (board.taken.has(nameOf(slot))) continue;
      const problem = await problemOnce(instance, { ports, pool, board });
      if (problem !== undefined) break;
      board.taken.add(nameOf(slot));
      const claim = await ports.slots.claim(slot, holder);
      if (claim !== undefined) return { slot, claim, ...passedOver(board) };
      if (!isListed) for (const other of await ports.slots.list()) board.taken.add(nameOf(other));
      isListed = true;
    }
  }
  return { noSlot: whyNone(pool, board) };
}

/** Asked once a sweep per instance, and only before something is sent there. */
async function problemOnce(
  instance: string,
  { ports, board, pool }: ClaimContext,
): Promise<string | undefined> {
  if (pool.instances.length === 1) return undefined;
  const known = board.unfit.get(instance);
  if (known !== undefined) return known;
  const problem = await ports.instances.problem(instance).catch(() => undefined);
  if (problem !== undefined) board.unfit.set(instance, problem);
  return problem;
}

function passedOver(board: SlotBoard): { passedOver?: string } {
  return board.unfit.size === 0 ? {} : { passedOver: `passed over: ${unfitText(board)}` };
}

function unfitText({ unfit }: SlotBoard): string {
  return [...unfit].map(([instance, why]) => `${instance.slice(-8)}: ${why}`).join('; ');
}

function whyNone(pool: Pool, board: SlotBoard): string {
  const fit = pool.instances.filter((instance) => !board.unfit.has(instance));
  if (fit.length === 0) return `no Build Instance can take it: ${unfitText(board)}`;
  const all = `all ${fit.length * pool.slotsEach} build slots are taken`;
  return board.unfit.size === 0 ? all : `${all} (passed over: ${unfitText(board)})`;
}

/** Gives back the slot of the build's ended command, if it is still the holder. */
export async function freeSlot(
  slot: SlotName,
  { holder, ports }: { holder: BuildKey & { attempt: number }; ports: Ports },
): Promise<void> {
  const found = await ports.slots.read(slot);
  if (found === undefined) return;
  const { app, id, attempt } = found.holder;
  if (app === holder.app && id === holder.id && attempt === holder.attempt)
    await ports.slots.free(slot, found.eTag);
}

export function nameOf({ instance, number }: SlotName): string {
  return `${instance}/${number}`;
}
