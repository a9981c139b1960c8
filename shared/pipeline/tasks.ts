// do: the tasks of a decision, each safe to repeat.
import { type Build, runOf } from '../build/build.ts';
import type { Limits, Task } from '../build/decide.ts';
import { isPast } from '../build/retry.ts';
import { messageOf } from '../errors.ts';
import { commandRequest } from './command.ts';
import type { Known } from './observe.ts';
import type { Found, Ports } from './ports.ts';
import { freeSlot, type Pool, type SlotBoard } from './slots.ts';

export interface Loop {
  readonly ports: Ports;
  readonly limits: Limits;
  readonly pool: Pool;
  /** A sweep shares one board; alone, one is listed when needed. */
  readonly board?: SlotBoard;
  readonly known?: Known;
}

/** `gone`: the record is finished; `lost`: it was changed by somebody else, read it again. */
export async function doTask(
  task: Task,
  { found, loop }: { found: Found; loop: Loop },
): Promise<Found | 'gone' | 'lost'> {
  const { ports } = loop;
  const { build } = found;
  const run = runOf(build);
  switch (task) {
    case 'claim-slot':
      return found;
    case 'ensure-command':
      return ensureCommand(found, loop);
    case 'cancel-command':
      if (run?.command !== undefined) await ports.commands.cancel(run.command);
      return found;
    case 'free-slot':
      if (run === undefined) return found;
      await freeSlot(
        { instance: run.instance, number: run.slot },
        { holder: { ...build, attempt: run.attempt }, ports },
      );
      loop.board?.taken.delete(`${run.instance}/${run.slot}`);
      return found;
    case 'invoke-apply':
      await ports.applier.invoke(build);
      return found;
    case 'finish':
      return finish(found, ports);
  }
}

/** Intent came first: the record names the attempt, so creating again gives the same command. */
async function ensureCommand(found: Found, { ports, limits }: Loop): Promise<Found | 'lost'> {
  const { build } = found;
  if (build.state !== 'building' || build.run.command !== undefined) return found;
  const request = commandRequest(build, limits);
  const isTooLate = isPast(build.deliverBy, ports.now());
  try {
    const command = isTooLate
      ? await ports.commands.find(request.displayName)
      : await ports.commands.create(request);
    if (command === undefined) return found;
    // From now on its status must be known before long: what was tried long after the intent counts from here.
    const run = { ...build.run, command, submittedAt: ports.now().toISOString() };
    return await note(found, { next: { ...build, run }, ports });
  } catch (thrown) {
    ports.log('command not created', { app: build.app, build: build.id, error: messageOf(thrown) });
    const reason = `command not accepted: ${messageOf(thrown)}`.slice(0, 400);
    return build.reason === reason ? found : note(found, { next: { ...build, reason }, ports });
  }
}

async function note(
  { eTag }: Found,
  { next, ports }: { next: Build; ports: Ports },
): Promise<Found | 'lost'> {
  const swapped = await ports.records.swap(next, eTag);
  return swapped === undefined ? 'lost' : { build: next, eTag: swapped };
}

async function finish({ build, eTag }: Found, ports: Ports): Promise<'gone'> {
  await ports.records.finish(build);
  await ports.records.drop(build, eTag);
  return 'gone';
}
