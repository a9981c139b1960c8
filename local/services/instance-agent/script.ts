// A running script: a process group of its own that writes to files, so that it survives the region that started
// it, and is found again.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from './command.ts';
import { KEEPER, keeperOf, killKept, signalPid } from './keeper.ts';
import type { Machine } from './machine.ts';
import { OUTPUT_BYTES } from './settings.ts';

export interface Script {
  readonly directory: string;
}

/** What became of a script: not there yet, running, ended with a code, or gone without a word (killed with its machine). */
export type ScriptState = 'starting' | 'running' | 'gone' | { readonly exitCode: number };

/** The place of a command's script on its machine. */
export function scriptOf(machine: Machine, command: Command): Script {
  const unique = (command.id.split('.').at(-1) ?? '').slice(-20);
  return { directory: join(machine.directory, 'commands', unique) };
}

/** Starts the script with the interpreter of its first line, else bash; `ended` is called when it has ended. */
export function startScript(machine: Machine, command: Command, ended: () => void): void {
  const { directory } = scriptOf(machine, command);
  mkdirSync(join(directory, 'work'), { recursive: true });
  const file = join(directory, 'script');
  writeFileSync(file, command.script);
  chmodSync(file, 0o700);
  const output = openSync(join(directory, 'output'), 'w');
  const child = spawn('bash', ['-c', KEEPER, 'keeper', ...commandLine(file, command)], {
    cwd: directory,
    env: machine.env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.once('error', ended);
  child.once('exit', ended);
  child.unref();
}

function commandLine(file: string, { script, commandString }: Command): readonly string[] {
  // A text source has no file that the command string could name: 127, as in the field.
  if (commandString !== undefined) return ['bash', '-c', commandString];
  return script.startsWith('#!') ? [file] : ['bash', file];
}

export function stateOf({ directory }: Script): ScriptState {
  const code = join(directory, 'code');
  if (existsSync(code)) return { exitCode: Number(readFileSync(code, 'utf8')) };
  if (!existsSync(join(directory, 'pid'))) return 'starting';
  return keeperOf(directory) === undefined ? 'gone' : 'running';
}

/** Signals the whole process group of a script; no matter whether it is still there. */
export function signalScript({ directory }: Script, signal: 'SIGTERM' | 'SIGKILL'): void {
  const kept = keeperOf(directory);
  if (kept !== undefined) signalPid(-kept.script, signal);
}

/** The last 1 KB of what the script wrote, stdout and stderr as they came. */
export async function lastOutput({ directory }: Script): Promise<string> {
  const file = await open(join(directory, 'output'));
  try {
    const { size } = await file.stat();
    const length = Math.min(size, OUTPUT_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}

export function removeScript({ directory }: Script): void {
  rmSync(directory, { recursive: true, force: true });
}

function scriptsOf(machine: Machine): readonly Script[] {
  const commands = join(machine.directory, 'commands');
  return readdirSync(commands).map((name) => ({ directory: join(commands, name) }));
}

/** Kills every script of a machine, as a machine does that loses power. */
export function killScripts(machine: Machine): void {
  for (const { directory } of scriptsOf(machine)) killKept(directory);
}

/** Kills every script of a machine, and removes what they left. */
export function forgetScripts(machine: Machine): void {
  killScripts(machine);
  for (const script of scriptsOf(machine)) removeScript(script);
}

const LOOK_MS = 20;

/** Ends every script of a machine that shuts down in order: SIGTERM, and SIGKILL for what is left then. */
export async function endScripts(machine: Machine, graceSeconds: number): Promise<void> {
  const deadline = Date.now() + graceSeconds * 1000;
  const asked = new Set<Script>();
  const left = scriptsOf(machine).filter((script) => ['starting', 'running'].includes(`${stateOf(script)}`));
  while (left.length > 0 && Date.now() < deadline) {
    for (const script of [...left]) {
      const state = stateOf(script);
      if (state === 'running' && !asked.has(script)) signalScript(script, 'SIGTERM');
      if (state === 'running') asked.add(script);
      else if (state !== 'starting') left.splice(left.indexOf(script), 1);
    }
    await sleep(LOOK_MS);
  }
  killScripts(machine);
}
