// The Build Instances of the simulation: fetch, run, push, report, stop when told, vanish.
import type { Result } from '../../shared/build/seen.ts';
import type { Random } from './random.ts';
import type { Command, World } from './world.ts';

/** A command nobody fetched is EXPIRED by then; the real figure is not documented (facts run-command §2). */
const EXPIRES_MS = 3_600_000;

export interface Agent {
  readonly world: World;
  readonly random: Random;
  /** Nothing goes wrong any more. */
  readonly isHealthy: boolean;
  readonly buildSeconds: number;
}

/** Moves one command one step on. Returns events it gave rise to. */
export function agentStep(command: Command, agent: Agent): { pushed?: string; result?: string } {
  const { world } = agent;
  const age = world.now - command.createdAt;
  const isSilent = world.silent.has(command.instance);
  if (command.seen.outcome === 'waiting') return fetchStep(command, { ...agent, age, isSilent });
  if (command.seen.outcome !== 'running') return {};
  if (isSilent) {
    if (age > EXPIRES_MS + agent.buildSeconds * 1000) command.seen = { outcome: 'timedOut' };
    return {};
  }
  if (age > agent.buildSeconds * 1000 + EXPIRES_MS) command.seen = { outcome: 'timedOut' };
  else return runStep(command, agent);
  return {};
}

function fetchStep(
  command: Command,
  { world, random, isHealthy, age, isSilent }: Agent & { age: number; isSilent: boolean },
): Record<string, never> {
  if (command.cancelAsked) command.seen = { outcome: 'canceled' };
  else if (age > EXPIRES_MS) command.seen = { outcome: 'expired' };
  else if (!isSilent && (isHealthy || random.chance(0.5))) command.seen = { outcome: 'running' };
  void world;
  return {};
}

/** galley-build ends in one of its ways; the result object comes before the command's own end, or never. */
function runStep(
  command: Command,
  { world, random, isHealthy }: Agent,
): { pushed?: string; result?: string } {
  const told = partsOf(command);
  const key = `${told.app}/${told.id}/${told.attempt}`;
  const known = world.results.get(key);
  if (known !== undefined) {
    command.seen =
      known.exitCode === 0
        ? { outcome: 'succeeded', exitCode: 0 }
        : { outcome: 'failed', exitCode: known.exitCode };
    return {};
  }
  const fate = isHealthy ? 0 : random.next();
  const base = { attempt: told.attempt, eTag: told.eTag, logTail: [] };
  const end = (result: Result): { result: string; pushed?: string } => {
    world.results.set(key, result);
    return { result: `${told.app}/${told.id}` };
  };
  if (command.cancelAsked) return end({ ...base, outcome: 'canceled', phase: 'build', exitCode: 70 });
  if (fate < 0.6) {
    const image = `registry/galley/${told.app}@sha256:${digest(`${told.app}/${told.id}/${told.attempt}`)}`;
    world.registry.set(image, told.eTag);
    if (!world.manifests.has(`${told.app}/${told.id}`))
      world.manifests.set(`${told.app}/${told.id}`, 'generated');
    return {
      ...end({ ...base, outcome: 'succeeded', phase: 'push', exitCode: 0, image }),
      pushed: `${told.app}/${told.id}`,
    };
  }
  if (fate < 0.7)
    return end({
      ...base,
      outcome: 'failed',
      phase: 'build',
      fault: 'user',
      reason: 'BuildFailed',
      exitCode: 30,
    });
  if (fate < 0.8)
    return end({
      ...base,
      outcome: 'failed',
      phase: 'push',
      fault: 'platform',
      reason: 'PushFailed',
      exitCode: 50,
    });
  if (fate < 0.85) command.seen = { outcome: 'failed', exitCode: 20 };
  else if (fate < 0.9) command.seen = { outcome: 'succeeded', exitCode: 0 };
  else if (fate < 0.92) command.seen = { outcome: 'timedOut' };
  return {};
}

function partsOf(command: Command): { app: string; id: string; attempt: number; eTag: string } {
  const [, app = '', id = '', attempt = '', eTag = ''] =
    /--app (\S+) --build (\S+) --attempt (\d+) --object \S+ --etag (\S+)/.exec(command.text) ?? [];
  return { app, id, attempt: Number(attempt), eTag };
}

/** Any 64 hex digits that differ per attempt will do. */
function digest(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(64, '0').slice(-64);
}
