// The command as a process: help with examples, exit codes, errors that say what to do.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('the galley command');
const home = mkdtempSync(join(tmpdir(), 'galley-cli-'));
test.after(() => rmSync(home, { recursive: true, force: true }));

function galley(...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: home, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('cli/main.ts'), ...args], {
    cwd: home,
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

const COMMANDS = [
  'up',
  'push',
  'status',
  'builds',
  'logs',
  'cancel',
  'retry',
  'rollback',
  'plan',
  'use',
  'doctor',
  'mcp',
];

test('--help names every command', () => {
  const { status, stdout } = galley('--help');
  assert.is(status, 0);
  for (const command of COMMANDS) assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
});

test('every command has help with an example', () => {
  for (const command of COMMANDS) {
    const { status, stdout } = galley(command, '--help');
    assert.is(status, 0, command);
    assert.match(stdout, /Example:\n {2}\S+/, command);
  }
});

test('the stand-in says in --help what it leaves out', () => {
  assert.match(galley('up', '--help').stdout, /The stand-in cluster leaves out:\n {2}\S/);
});

for (const [args, status, said] of [
  [['pusch'], 64, /Did you mean push/],
  [['push', '--folow'], 64, /Did you mean --follow/],
  [['status'], 1, /No pipeline is known here[\s\S]*galley up/],
  [['push', '.', '--app', 'Not_A_Name'], 1, /"Not_A_Name" is no app name/],
  [['use', '--terraform', 'nowhere'], 1, /No Terraform outputs in nowhere/],
] as const) {
  test(`galley ${args.join(' ')} ends with ${status}`, () => {
    const ran = galley(...args);
    assert.match(ran.stderr, said);
    assert.is(ran.status, status);
  });
}

test('with --json an error is JSON on stdout', () => {
  const { error, hint } = JSON.parse(galley('--json', 'status').stdout);
  assert.match(error, /No pipeline/);
  assert.match(hint, /galley up/);
});

test('--list says what would be packed, and needs no pipeline', () => {
  writeFileSync(join(home, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(home, '.galleyignore'), '*.tmp\n');
  writeFileSync(join(home, 'a.tmp'), '');
  const { stdout, stderr } = galley('push', '--list', '.');
  assert.match(stdout, /13 B {2}Dockerfile/);
  assert.not.match(stdout, /a\.tmp/);
  assert.match(stderr, /by \.galleyignore\)\n {2}left out {2}a\.tmp/);
});

test.run();
