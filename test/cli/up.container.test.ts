// galley up as a process: one line of JSON when it is ready, and a clean end whenever and however it is told to stop.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildBundles } from '../../cli/region.ts';

const test = suite('galley up');
const home = mkdtempSync(join(tmpdir(), 'galley-up-'));
test.before(buildBundles);
test.after(() => rmSync(home, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  /** What it has said on stderr so far. */
  said(): string;
  /** Resolves when stdout or stderr holds the text. Throws when the process ends without. */
  until(stream: 'stdout' | 'stderr', text: string): Promise<string>;
}

/** In a process group of its own, as a shell starts it. */
function start(program: 'cli/main.ts' | 'cli/galley.mjs'): Started {
  const args = [resolve(program), 'up', '--cluster', 'stand-in', '--functions', 'processes'];
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, args, { cwd: home, detached: true, stdio: [...stdio] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString();
      child.emit('said');
    });
  const ended = once(child, 'exit');
  return {
    child,
    ended,
    said: () => texts.stderr,
    until: async (stream, text) => {
      while (!texts[stream].includes(text)) {
        await Promise.race([once(child, 'said'), ended]);
        if (child.exitCode !== null) throw new Error(`It ended without "${text}": ${texts.stderr}`);
      }
      return texts[stream];
    },
  };
}

/** Command lines that name the home: what a region has started. */
function leftOver(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(home));
}

test('says where it is, in one line of JSON', async () => {
  const { child, ended, said, until } = start('cli/main.ts');
  const description = JSON.parse(await until('stdout', '\n'));
  assert.equal(Object.keys(description).sort(), [
    'endpoint',
    'kubeconfig',
    'namespace',
    'ociConfig',
    'registry',
    'sourceBucket',
    'stateBucket',
  ]);
  assert.match(said(), /does not play: oci_core_\* \(\d+\)/);
  await until('stderr', 'ready, with a stand-in cluster');
  assert.ok(existsSync(join(home, '.galley', 'context.json')));
  child.kill('SIGINT');
  assert.equal(await ended, [0, null], said().slice(-2000));
  assert.not.ok(existsSync(join(home, '.galley', 'context.json')));
  assert.equal(leftOver(), []);
});

for (const [what, program, signal, whom, text, code] of [
  ['a supervisor stops the command', 'cli/galley.mjs', 'SIGTERM', 'process', 'ready', 0],
  ['a terminal stops its whole group', 'cli/galley.mjs', 'SIGINT', 'group', 'ready', 0],
  ['a terminal closes', 'cli/galley.mjs', 'SIGHUP', 'group', 'ready', 0],
  ['Ctrl-C while it starts', 'cli/galley.mjs', 'SIGINT', 'group', 'starting the local region', 130],
] as const) {
  test(`${what}: ${signal} to the ${whom} ends all of it before the command ends`, async () => {
    const { child, ended, said, until } = start(program);
    await until('stderr', text);
    process.kill((child.pid ?? 0) * (whom === 'group' ? -1 : 1), signal);
    assert.equal(await ended, [code, null], said().slice(-2000));
    assert.equal(leftOver(), []);
    assert.not.match(said(), /started again/);
    assert.not.ok(existsSync(join(home, '.galley', 'context.json')));
  });
}

test.run();
