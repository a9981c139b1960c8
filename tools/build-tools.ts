#!/usr/bin/env node
// Builds the pinned Go tools that are not in the cache yet: `node tools/build-tools.ts [NAME…]`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { acquireLock } from './build-lock.ts';
import {
  groupDirectory,
  isProgram,
  pinnedVersion,
  type ToolGroup,
  toolGroups,
  toolsCache,
} from './toolset.ts';

const usage = `Usage: node tools/build-tools.ts [NAME…]

Builds the pinned tools that are missing in ${toolsCache()} (GALLEY_TOOLS_CACHE overrides).
NAME is a tool or a group: ${toolGroups.flatMap((group) => [group.name, ...Object.keys(group.programs)]).join(', ')}.
Without NAME: all of them.

Example: node tools/build-tools.ts etcd kube-apiserver kube-controller-manager`;

interface Work {
  readonly group: ToolGroup;
  readonly programs: readonly string[];
}

/** What the names ask for and the cache lacks; throws on a name nobody builds. */
function missing(names: readonly string[]): readonly Work[] {
  const known = new Set(toolGroups.flatMap((group) => [group.name, ...Object.keys(group.programs)]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`no such tool: ${unknown.join(', ')}\n\n${usage}`);
  return toolGroups
    .map((group) => ({ group, programs: wanted(group, names).filter((name) => !isBuilt(group, name)) }))
    .filter((work) => work.programs.length > 0);
}

function wanted(group: ToolGroup, names: readonly string[]): readonly string[] {
  const all = Object.keys(group.programs);
  if (names.length === 0 || names.includes(group.name)) return all;
  return all.filter((name) => names.includes(name));
}

function isBuilt(group: ToolGroup, name: string): boolean {
  return isProgram(join(groupDirectory(group), name));
}

function run(command: string, args: readonly string[], directory: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
    const child = spawn(command, args, { cwd: directory, env: environment, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function requireGo(): Promise<void> {
  const code = await run('go', ['version'], import.meta.dirname).catch(() => 127);
  if (code === 0) return;
  throw new Error(
    'the pinned tools are built with Go, and `go` is not on PATH; install Go 1.26 or newer (https://go.dev/dl), ' +
      'or set KUBEBUILDER_ASSETS to a directory that holds etcd, kube-apiserver and kube-controller-manager',
  );
}

/** Builds into a directory beside the target and renames program by program, so a reader never sees half a file. */
async function build({ group, programs }: Work): Promise<void> {
  const target = groupDirectory(group);
  mkdirSync(target, { recursive: true });
  const scratch = mkdtempSync(join(dirname(target), 'building-'));
  try {
    const stamp = group.stamp?.(pinnedVersion(group)) ?? [];
    for (const name of programs) {
      const file = join(scratch, name);
      const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...stamp].join(' '), '-o', file];
      const code = await run(
        'go',
        ['build', ...flags, group.programs[name] ?? '.'],
        join(import.meta.dirname, group.name),
      );
      if (code !== 0)
        throw new Error(`go build of ${name} in tools/${group.name} ended with exit code ${code}; see above`);
      renameSync(file, join(target, name));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function main(names: readonly string[]): Promise<void> {
  if (names.includes('--help') || names.includes('-h')) return console.log(usage);
  if (missing(names).length === 0) return console.error('tools: all there');
  await requireGo();
  await using _lock = await acquireLock(join(toolsCache(), 'lock'), (message) =>
    console.error(`tools: ${message}`),
  );
  // Another builder may have built them while this one waited.
  const works = missing(names);
  for (const [index, work] of works.entries()) {
    const started = Date.now();
    const label = `[${index + 1}/${works.length}] ${work.programs.join(', ')} ${pinnedVersion(work.group)}`;
    console.error(`tools: ${label}: building (the first time takes minutes)`);
    await build(work);
    console.error(
      `tools: ${label}: done in ${Math.round((Date.now() - started) / 1000)} s, ${groupDirectory(work.group)}`,
    );
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`tools: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
