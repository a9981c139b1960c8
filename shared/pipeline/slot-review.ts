// Slots looked at one by one: is the command over, the build elsewhere, the claimer dead? Then another may have it.
import { type Build, runOf } from '../build/build.ts';
import { commandName } from '../build/id.ts';
import { isOver } from '../build/seen.ts';
import { lookAt } from './look.ts';
import type { Ports, SlotHolder, SlotName } from './ports.ts';
import { nameOf, type SlotBoard } from './slots.ts';

/** A claim whose build is still queued after this long is stale: its claimer died between claim and save. */
const STALE_CLAIM_SECONDS = 60;

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
    return isOver(await lookAt(run, ports));
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
  const seen = await ports.commands.look(command, slot.instance);
  // It was listed a moment ago, so OCI knows it: then a 404 is one of a young command, and proves nothing.
  return seen !== 'absent' && isOver(seen);
}
