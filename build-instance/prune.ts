// Layers are kept as cache: forgotten by age every day, and all at once when the disk is nearly full.
import { mkdir } from 'node:fs/promises';
import { type Engine, pruneCommands } from './engine-commands.ts';
import { BuildFailure } from './phases.ts';
import { runProgram } from './programs.ts';
import { countBuilds, freeShare } from './work.ts';

/** Facts run-command §6.4: no build starts with less than 15 % free. */
const ROOM = 0.15;
/** Below this, after everything was forgotten, another instance is the better place. */
const LEAST = 0.05;

interface Pruning {
  readonly root: string;
  readonly say: (line: string) => void;
}

/** Forgets images older than `hours`, and the containers that killed builds left. */
export async function prune(
  engine: Engine,
  { root, hours, say }: Pruning & { hours: number },
): Promise<void> {
  await forget(engine, hours);
  // Those of a build under way look the same as those of a killed one.
  if (engine.name === 'podman' && (await countBuilds(root)) === 0) {
    await runProgram('podman', { args: ['system', 'prune', '--external', '--force'] });
  }
  await makeRoom(engine, { root, say });
}

/** Throws BuildFailure `DiskFull` when there is no room even without any cache. */
export async function makeRoom(engine: Engine, { root, say }: Pruning): Promise<void> {
  await mkdir(root, { recursive: true });
  if ((await freeShare(root)) >= ROOM) return;
  say('==> The disk is nearly full: forgetting all cached layers');
  await forget(engine, undefined);
  const free = await freeShare(root);
  if (free >= LEAST) return;
  const detail = `Only ${Math.round(free * 100)} % of the disk of ${root} is free.`;
  throw new BuildFailure('DiskFull', { fault: 'platform', phase: 'wait', detail });
}

async function forget(engine: Engine, hours: number | undefined): Promise<void> {
  for (const args of pruneCommands(engine, hours)) await runProgram(engine.name, { args });
}
