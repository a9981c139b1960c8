// What a region must not leave behind: processes, containers, temporary directories.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { regionLabel } from '../../local/containers/containers.ts';
import { processesOf } from './region.ts';

/** Processes that were told to end are given some seconds to do so. */
const LOOKS = 20;

/** @returns what is left, each a sentence */
export async function leftovers(directory: string): Promise<string[]> {
  let left: string[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    left = [
      ...processesOf(directory).map(({ command }) => `process left: ${command.slice(0, 120)}`),
      ...containers(directory),
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
