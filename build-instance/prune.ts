// Layers are kept as cache: forgotten by age every day, and all at once when a disk is nearly full.
import { mkdir } from 'node:fs/promises';
import { type Bound, freeSpace, isBelow, LAYERS } from './disk.ts';
import { type Engine, forgetCommands, listCommand, pruneCommands } from './engine-commands.ts';
import { BuildFailure } from './phases.ts';
import { runProgram } from './programs.ts';
import { countBuilds } from './work.ts';

const GIB = 1024 ** 3;
/** No build starts with less than 15 % free (facts run-command §6.4). */
const ROOM: Bound = { share: 0.15, bytes: 20 * GIB };
/** Below this, after every layer was forgotten, another instance is the better place. */
const LEAST: Bound = { share: 0.05, bytes: 2 * GIB };

interface Pruning {
  readonly root: string;
  /** Images below this name are ours. */
  readonly ocirEndpoint: string;
  readonly say: (line: string) => void;
}

/** Forgets images older than `hours`, and the containers that killed builds left. */
export async function prune(
  engine: Engine,
  { hours, ...pruning }: Pruning & { hours: number },
): Promise<void> {
  await runAll(engine, pruneCommands(engine, hours));
  // Those of a build under way look the same as those of a killed one.
  if (engine.name === 'podman' && (await countBuilds(pruning.root)) === 0) {
    await runAll(engine, [['system', 'prune', '--external', '--force']]);
  }
  await makeRoom(engine, pruning);
}

/** Throws BuildFailure `DiskFull` when there is no room even without cached layers. */
export async function makeRoom(engine: Engine, { root, ocirEndpoint, say }: Pruning): Promise<void> {
  await mkdir(root, { recursive: true });
  const before = await freeSpace([root, ...LAYERS]);
  if (!isBelow(before, ROOM)) return;
  say(`==> The disk of ${before.path} is nearly full: forgetting cached layers`);
  const { stdout } = await runProgram(engine.name, { args: listCommand(engine) });
  const ours = stdout.split('\n').filter((image) => image.startsWith(`${ocirEndpoint}/`));
  await runAll(engine, forgetCommands(engine, ours));
  const after = await freeSpace([root, ...LAYERS]);
  if (!isBelow(after, LEAST)) return;
  const detail = `Only ${Math.round(after.share * 100)} % of the disk of ${after.path} is free.`;
  throw new BuildFailure('DiskFull', { fault: 'platform', phase: 'wait', detail });
}

async function runAll({ name }: Engine, commands: readonly (readonly string[])[]): Promise<void> {
  for (const args of commands) await runProgram(name, { args });
}
