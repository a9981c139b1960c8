// observe: what the outside says of one build, asking no more than its state needs.
import type { Build, BuildKey, In, Run } from '../build/build.ts';
import { commandName } from '../build/id.ts';
import { after, isPast } from '../build/retry.ts';
import { isOver, type Seen, type Sibling } from '../build/seen.ts';
import { whySilent } from '../build/silence.ts';
import { lookAt } from './look.ts';
import type { Ports } from './ports.ts';

/** A command not fetched, or not over, by then may have a reason that can be looked up (facts run-command §0.1). */
const ASK_INSTANCE_SECONDS = 300;

/** What is known already, from one listing for many builds; what is missing is asked. */
export interface Known {
  readonly cancels?: ReadonlyMap<string, string> | undefined;
  readonly siblings?: ((key: BuildKey) => readonly Sibling[]) | undefined;
  /** Of a queued build: how many are before it, and one. */
  readonly place?: number | undefined;
}

/** `withHead`: a queued build asks for the head only when it is about to move. */
export async function observe(
  build: Build,
  { ports, known, withHead }: { ports: Ports; known: Known; withHead: boolean },
): Promise<Seen> {
  switch (build.state) {
    case 'queued':
      return {
        ...(await bystanders(build, { ports, known })),
        ...(known.place === undefined ? {} : { place: known.place }),
        ...(withHead ? await headOf(build, ports) : {}),
      };
    case 'building':
      return building(build, { ports, known });
    case 'pushed':
      return together(bystanders(build, { ports, known }), headOf(build, ports));
    case 'applying':
      return headOf(build, ports);
    case 'deployed':
    case 'rejected':
    case 'failed':
    case 'canceled':
    case 'superseded':
      return {};
  }
}

async function bystanders(build: Build, { ports, known }: { ports: Ports; known: Known }): Promise<Seen> {
  const list = async (): Promise<Seen> => {
    const siblings = known.siblings?.(build) ?? (await ports.records.listActive(build.app));
    return { siblings: siblings.filter(({ id }) => id !== build.id) };
  };
  return together(list(), cancelOf(build, { ports, known }));
}

/** Questions that do not wait for one another. */
async function together(...asked: Promise<Seen>[]): Promise<Seen> {
  return Object.assign({}, ...(await Promise.all(asked)));
}

async function cancelOf(build: BuildKey, { ports, known }: { ports: Ports; known: Known }): Promise<Seen> {
  const key = `${build.app}/${build.id}`;
  if (known.cancels !== undefined && !known.cancels.has(key)) return {};
  const cancel = known.cancels?.get(key) || (await ports.cancels.find(build));
  return cancel === undefined ? {} : { cancel };
}

async function headOf(build: BuildKey, ports: Ports): Promise<Seen> {
  const found = await ports.heads.read(build.app);
  return found === undefined ? {} : { head: found.head, headTag: found.eTag };
}

/** A result says it all: its command is about to end, and a cancel mark is seen in the next state. */
async function building(
  build: In<'building'>,
  { ports, known }: { ports: Ports; known: Known },
): Promise<Seen> {
  if (build.run.command === undefined)
    return together(unnamedCommand(build, ports), cancelOf(build, { ports, known }));
  const result = await ports.results.find(build, build.attempt);
  if (result !== undefined) return { result };
  return together(commandOf(build, ports), cancelOf(build, { ports, known }));
}

/** A result is written before its command ends: one that was not there yet may be when the command is over. */
async function commandOf(build: In<'building'>, ports: Ports): Promise<Seen> {
  const { run, attempt } = build;
  if (run.command === undefined) return {};
  const command = await lookAt(run, ports);
  if (command === undefined) return {};
  const result = isOver(command) ? await ports.results.find(build, attempt) : undefined;
  const seen: Seen = { command, ...(result === undefined ? {} : { result }) };
  const isSlow = isPast(after(new Date(run.submittedAt), ASK_INSTANCE_SECONDS), ports.now());
  if (!isSlow || command === 'absent' || isOver(command)) return seen;
  const heard = command.outcome === 'running' ? await heardOf(build, ports) : {};
  const isAlive = heard.heardAt !== undefined && whySilent(heard, ports.now()) === undefined;
  return isAlive ? { ...seen, ...heard } : { ...seen, ...heard, ...(await problemOf(run, ports)) };
}

/** Asked for long-running commands alone: there are no more of them than slots. */
async function heardOf(build: In<'building'>, ports: Ports): Promise<Seen> {
  const heardAt = await ports.results.heard(build, build.attempt);
  return heardAt === undefined ? {} : { heardAt };
}

async function problemOf({ instance }: Run, ports: Ports): Promise<Seen> {
  const instanceProblem = await ports.instances.problem(instance);
  return instanceProblem === undefined ? {} : { instanceProblem };
}

async function unnamedCommand({ run, deliverBy, ...key }: In<'building'>, ports: Ports): Promise<Seen> {
  if (!isPast(deliverBy, ports.now())) return {};
  const command = await ports.commands.find(commandName(key, run.attempt));
  return command === undefined ? { command: 'absent' } : {};
}
