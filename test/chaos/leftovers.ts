// What a region must not leave behind: processes, containers, temporary directories.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweepLeftovers } from '../../build-instance/work.ts';
import { regionLabel } from '../../local/containers/containers.ts';
import { functionsPrefix, marksOf, processesWith } from './processes.ts';

/** Processes that were told to end are given some seconds to do so. */
const LOOKS = 20;

/** What a stopped region left. @returns what is left, each a sentence */
export async function leftovers(directory: string): Promise<string[]> {
  let left: string[] = [];
  // The next build on the machine does this, or the daily `galley-build prune`.
  for (const work of workDirectories(directory)) await sweepLeftovers(work);
  for (let look = 0; look < LOOKS; look += 1) {
    left = [
      ...processesWith(marksOf(directory)).map(({ command }) => `process left: ${command.slice(0, 120)}`),
      ...containers(directory),
      ...directories(directory).map((path) => `directory left: ${path}`),
    ];
    if (left.length === 0) return [];
    await sleep(500);
  }
  return left;
}

function containers(directory: string): string[] {
  try {
    const label = `label=${regionLabel({ directory })}`;
    const args = ['ps', '--all', '--filter', label, '--format', '{{.Names}} {{.Status}}'];
    const text = execFileSync('podman', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => `container left: ${line}`);
  } catch {
    return [];
  }
}

/** Of functions, beside the region; of builds, in the Build Instances' work directories. */
function directories(directory: string): string[] {
  const prefix = functionsPrefix(directory);
  const functions = namesIn(dirname(prefix)).filter((name) => name.startsWith(basename(prefix)));
  const builds = workDirectories(directory).flatMap((work) =>
    namesIn(join(work, 'builds')).map((one) => join(work, 'builds', one)),
  );
  return [...functions.map((name) => join(dirname(prefix), name)), ...builds];
}

/** GALLEY_WORK_DIR of each Build Instance. */
function workDirectories(directory: string): string[] {
  const instances = join(directory, 'instance-agent');
  return namesIn(instances).map((name) => join(instances, name, 'work'));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
