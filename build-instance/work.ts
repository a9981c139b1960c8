// Directories of builds: one each, gone at its end, also after a kill -9 (then the next build clears it away).
import { renameSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processStart } from './process-start.ts';

export interface WorkDirectory {
  readonly path: string;
  /** Remembers a process group, to be ended by the next build when this one is killed. */
  noteGroup(pid: number): void;
  remove(): Promise<void>;
}

const GROUP = 'group';

/** @param root GALLEY_WORK_DIR @param name for people who look into it; no `_` in it */
export async function openWorkDirectory(root: string, name: string): Promise<WorkDirectory> {
  const builds = join(root, 'builds');
  await mkdir(builds, { recursive: true, mode: 0o700 });
  // Whose it is stands in its name: there is no moment without an owner.
  const path = await mkdtemp(join(builds, `${name}_${tokenOf(process.pid)}_`));
  return {
    path,
    noteGroup(pid) {
      // Whole or not at all, and before anything else happens: a kill -9 may come at any line.
      writeFileSync(join(path, `${GROUP}.new`), tokenOf(pid));
      renameSync(join(path, `${GROUP}.new`), join(path, GROUP));
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Removes the directories of builds that were killed, and ends what they left running. @returns their names */
export async function sweepLeftovers(root: string): Promise<string[]> {
  const builds = join(root, 'builds');
  const swept: string[] = [];
  for (const name of await readdir(builds).catch(() => [])) {
    if (isAlive(name.split('_')[1] ?? '')) continue;
    const path = join(builds, name);
    const group = await readFile(join(path, GROUP), 'utf8').catch(() => '');
    if (isAlive(group)) kill(-pidOf(group));
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    swept.push(name);
  }
  return swept;
}

/** How many builds are under way on this machine. */
export async function countBuilds(root: string): Promise<number> {
  const names = await readdir(join(root, 'builds')).catch(() => []);
  return names.filter((name) => isAlive(name.split('_')[1] ?? '')).length;
}

/** `<pid>.<start>`: ids are used again, but not with the same start. */
const tokenOf = (pid: number): string => `${pid}.${processStart(pid) ?? ''}`;
const pidOf = (token: string): number => Number.parseInt(token, 10);

function isAlive(token: string): boolean {
  return /^\d+\.\w+$/.test(token) && tokenOf(pidOf(token)) === token;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended in this very moment.
  }
}
