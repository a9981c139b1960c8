// Build slots: objects claimed with If-None-Match, so that no instance has more commands in flight than slots.
import type { Build, BuildKey } from '../build/build.ts';
import { runOf } from '../build/build.ts';
import { commandName } from '../build/id.ts';
import { isOver } from '../build/seen.ts';
import type { Ports, SlotHolder, SlotName } from './ports.ts';
import { preferred } from './preference.ts';

/** A claim whose build is still queued after this long is stale: its claimer died between claim and save. */
const STALE_CLAIM_SECONDS = 60;

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

export async function slotBoard(ports: Ports): Promise<SlotBoard> {
  const board = emptyBoard();
  await note(board, ports);
  return board;
}

function emptyBoard(): SlotBoard {
  return { taken: new Set(), unfit: new Map() };
}

async function note({ taken }: SlotBoard, ports: Ports): Promise<void> {
  for (const slot of await ports.slots.list()) taken.add(nameOf(slot));
}

export type Claim = { readonly slot: SlotName; readonly passedOver?: string } | { readonly noSlot: string };

interface ClaimContext {
  readonly ports: Ports;
  readonly pool: Pool;
  readonly board: SlotBoard;
}

/**
 * Claims a free slot for the build's next attempt: its preferred instance first, failed ones last. Without a board the
 * first choice is tried before the others are listed: mostly it is free.
 */
export async function claimSlot(
  build: Build & { attempt: number; avoid?: string },
  { board: known, ports, pool }: Omit<ClaimContext, 'board'> & { board: SlotBoard | undefined },
): Promise<Claim> {
  const board = known ?? emptyBoard();
  let isListed = known !== undefined;
  const avoid = new Set(build.avoid?.split(',') ?? []);
  const fit = pool.instances.filter((instance) => !board.unfit.has(instance));
  const order = preferred(build.app, fit).sort((a, b) => Number(avoid.has(a)) - Number(avoid.has(b)));
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
      if (await ports.slots.claim(slot, holder)) return { slot, ...passedOver(board) };
      if (!isListed) await note(board, ports);
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

/** Gives back the slot of the build's own claim or ended command, if it is still the holder. */
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

/** I6: frees a slot nobody needs any more. Called by the sweep for every slot there is. */
export async function reviewSlot(
  slot: SlotName,
  { ports, board }: { ports: Ports; board: SlotBoard },
): Promise<void> {
  const found = await ports.slots.read(slot);
  if (found === undefined) return;
  if (!(await isFree(slot, { holder: found.holder, ports }))) return;
  await ports.slots.free(slot, found.eTag);
  board.taken.delete(nameOf(slot));
}

async function isFree(
  slot: SlotName,
  { holder, ports }: { holder: SlotHolder; ports: Ports },
): Promise<boolean> {
  const record = (await ports.records.findActive(holder)) ?? (await ports.records.findDone(holder));
  const run = record === undefined ? undefined : runOf(record.build);
  const isItsRun =
    run !== undefined &&
    run.attempt === holder.attempt &&
    nameOf({ instance: run.instance, number: run.slot }) === nameOf(slot);
  if (isItsRun) {
    if (record?.build.state === 'building') return false;
    if (run.isOver) return true;
    if (run.command === undefined) return isCommandOver(slot, { holder, ports });
    return isOver(await ports.commands.look(run.command, run.instance));
  }
  if (record?.build.state === 'queued' && record.build.attempt < holder.attempt) {
    return revokeClaim(record, { holder, ports });
  }
  return isCommandOver(slot, { holder, ports });
}

/** The claimer may only be slow: changing the record first makes its save lose, then the slot is free. */
async function revokeClaim(
  { build, eTag }: { build: Build; eTag: string },
  { holder, ports }: { holder: SlotHolder; ports: Ports },
): Promise<boolean> {
  const age = (ports.now().getTime() - Date.parse(holder.since)) / 1000;
  if (build.state !== 'queued' || age < STALE_CLAIM_SECONDS) return false;
  const swapped = await ports.records.swap({ ...build, revoked: (build.revoked ?? 0) + 1 }, eTag);
  return swapped !== undefined;
}

/** The record has gone on to another attempt: what counts is whether the old command still runs. */
async function isCommandOver(
  slot: SlotName,
  { holder, ports }: { holder: SlotHolder; ports: Ports },
): Promise<boolean> {
  const command = await ports.commands.find(commandName(holder, holder.attempt));
  if (command === undefined) return true;
  return isOver(await ports.commands.look(command, slot.instance));
}

export function nameOf({ instance, number }: SlotName): string {
  return `${instance}/${number}`;
}
