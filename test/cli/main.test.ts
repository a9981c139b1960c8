// The command as a process: help with examples, exit codes, errors that say what to do.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

test.before(() => {
  writeFileSync(join(home, 'file'), '');
  mkdirSync(join(home, 'linked'));
  symlinkSync('/etc', join(home, 'linked', 'out'));
});

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
  'completion',
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
  [['builds', 'shop', '-n', 'x'], 64, /whole number from 1 to 1000/],
  [['up', '--port', '70000'], 64, /whole number from 0 to 65535/],
  [['up', '--clock', '0'], 64, /whole number from 1 to 86400/],
  [['up', '--cluster', 'kind'], 64, /auto, real, stand-in or kubeconfig=PATH/],
  [['up', '--functions', 'vm'], 64, /auto, containers, processes/],
  [['push', '--list', 'nowhere'], 1, /nowhere is not a directory/],
  [['push', '--list', 'file'], 1, /file is not a directory/],
  [['push', '--list', 'linked'], 2, /link-escapes, out/],
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

test('--version is the package’s', () => {
  assert.match(galley('--version').stdout, /^\d+\.\d+\.\d+\n$/);
});

test('completes what is typed', () => {
  assert.match(galley('complete', '--', 'roll').stdout, /^rollback\t/);
  assert.match(galley('completion', 'bash').stdout, /galley/);
});

test('--list says what would be packed, and needs no pipeline', () => {
  const source = join(home, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(source, '.galleyignore'), '*.tmp\n');
  writeFileSync(join(source, 'a.tmp'), '');
  symlinkSync('Dockerfile', join(source, 'link'));
  const { stdout, stderr } = galley('push', '--list', 'source');
  assert.match(stdout, /13 B {2}Dockerfile/);
  assert.match(stdout, /0 B {2}link -> Dockerfile/);
  assert.not.match(stdout, /a\.tmp/);
  assert.match(stderr, /by \.galleyignore\)\n {2}left out {2}a\.tmp/);
});

test.run();
