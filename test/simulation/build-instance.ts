// The Build Instances of the simulation: fetch, build, push, render, report, stop when told, die in between, vanish.
import type { CommandSeen, Result } from '../../shared/build/seen.ts';
import type { Random } from './random.ts';
import type { Command, World } from './world.ts';

/** A command nobody fetched is EXPIRED by then; the real figure is not documented (facts run-command §2). */
const EXPIRES_MS = 3_600_000;
/** galley-build dies at any of its steps. */
const DEATH = 0.04;

export interface Agent {
  readonly world: World;
  readonly random: Random;
  /** Nothing goes wrong any more. */
  readonly isHealthy: boolean;
  readonly buildSeconds: number;
}

/** Events a step gave rise to, each the name of a build. */
export interface Said {
  readonly pushed?: string;
  readonly result?: string;
}

interface Told {
  readonly app: string;
  readonly id: string;
  readonly attempt: number;
  readonly eTag: string;
}

/** Moves one command one step on. */
export function agentStep(command: Command, agent: Agent): Said {
  const { world, buildSeconds } = agent;
  const age = world.now - command.createdAt;
  const isSilent = world.silent.has(command.instance);
  if (command.seen.outcome === 'waiting') fetchStep(command, { ...agent, age, isSilent });
  else if (command.seen.outcome === 'running' && age > buildSeconds * 1000 + EXPIRES_MS)
    command.seen = { outcome: 'timedOut' };
  else if (command.seen.outcome === 'running' && !isSilent) return runStep(command, agent);
  return {};
}

function fetchStep(
  command: Command,
  { random, isHealthy, age, isSilent }: Agent & { age: number; isSilent: boolean },
): void {
  if (command.cancelAsked) command.seen = { outcome: 'canceled' };
  else if (age > EXPIRES_MS) command.seen = { outcome: 'expired' };
  else if (!isSilent && (isHealthy || random.chance(0.5))) command.seen = { outcome: 'running' };
}

function runStep(command: Command, agent: Agent): Said {
  const { world, random, isHealthy } = agent;
  const told = partsOf(command);
  const known = world.results.get(`${told.app}/${told.id}/${told.attempt}`);
  if (known !== undefined) {
    command.seen = ended(known.exitCode);
    return {};
  }
  if (!isHealthy && random.chance(DEATH)) {
    command.seen = random.pick(DEATHS) ?? command.seen;
    return {};
  }
  if (command.cancelAsked) return report(told, { world, end: CANCELED });
  return galleyBuild(told, agent);
}

/** Without a result: killed, its result lost, out of time, or the agent never says. */
const DEATHS: readonly CommandSeen[] = [
  { outcome: 'failed', exitCode: 137 },
  { outcome: 'failed', exitCode: 20 },
  { outcome: 'succeeded', exitCode: 0 },
  { outcome: 'timedOut' },
];

type End = Pick<Result, 'outcome' | 'phase' | 'exitCode'> & Partial<Result>;
const CANCELED: End = { outcome: 'canceled', phase: 'build', exitCode: 70 };
const REFUSED: End = {
  outcome: 'failed',
  phase: 'build',
  fault: 'user',
  reason: 'BuildFailed',
  exitCode: 30,
};
const NOT_PUSHED: End = {
  outcome: 'failed',
  phase: 'push',
  fault: 'platform',
  reason: 'PushFailed',
  exitCode: 50,
};

/** Build, push, manifests, result: what it has done by then outlives it. */
function galleyBuild(told: Told, { world, random, isHealthy }: Agent): Said {
  const key = `${told.app}/${told.id}`;
  const image = `registry/galley/${told.app}@sha256:${digest(`${key}/${told.attempt}`)}`;
  const isOk = (chance: number): boolean => isHealthy || random.chance(chance);
  if (!world.registry.has(image)) {
    if (!isOk(0.88)) return report(told, { world, end: REFUSED });
    if (!isOk(0.88)) return report(told, { world, end: NOT_PUSHED });
    world.registry.set(image, told.eTag);
    if (!isHealthy) return { pushed: key };
  }
  if (!world.manifests.has(key)) {
    world.manifests.set(key, 'generated');
    if (!isHealthy) return {};
  }
  const end: End = { outcome: 'succeeded', phase: 'push', exitCode: 0, image };
  return { pushed: key, ...report(told, { world, end }) };
}

function report({ app, id, attempt, eTag }: Told, { world, end }: { world: World; end: End }): Said {
  world.results.set(`${app}/${id}/${attempt}`, { attempt, eTag, logTail: [], ...end });
  return { result: `${app}/${id}` };
}

function ended(exitCode: number): CommandSeen {
  return exitCode === 0 ? { outcome: 'succeeded', exitCode } : { outcome: 'failed', exitCode };
}

function partsOf(command: Command): Told {
  const [, app = '', id = '', attempt = '', eTag = ''] =
    /--app (\S+) --build (\S+) --attempt (\d+) --object \S+ --etag (\S+)/.exec(command.text) ?? [];
  return { app, id, attempt: Number(attempt), eTag };
}

/** Any 64 hex digits that differ per attempt will do. */
function digest(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(64, '0').slice(-64);
}
