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
import type { Machine } from './machine.ts';
import { OUTPUT_BYTES } from './settings.ts';

export interface Script {
  readonly directory: string;
}

/** What became of a script: not there yet, running, ended with a code, or gone without a word (killed with its machine). */
export type ScriptState = 'starting' | 'running' | 'gone' | { readonly exitCode: number };

/**
 * Ends with the script's own code in the file `code`. It outlives the SIGTERM that is meant for the script, so
 * that a script that cleans up is waited for: a `wait` that was interrupted tells nothing, and is repeated. What
 * bash says of the script itself is no output. `setsid` in a script escapes this group, as on a real machine.
 */
const KEEPER = `trap asked=1 TERM
echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" > pid.new && mv pid.new pid
exec 3>&2 2>/dev/null
(cd work && exec "$@") 2>&3 3>&- &
script=$!
until asked=; wait "$script"; code=$?; [ -z "$asked" ]; do :; done
echo "$code" > code.new && mv code.new code
`;

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
  return keeperPid(directory) === undefined ? 'gone' : 'running';
}

/** Signals the whole process group; no matter whether it is still there. */
export function signalScript({ directory }: Script, signal: 'SIGTERM' | 'SIGKILL'): void {
  const pid = keeperPid(directory);
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Ended in this very moment.
  }
}

/** Pids are used again: it is ours only if it started when ours did. */
function keeperPid(directory: string): number | undefined {
  try {
    const [pid = '', started] = readFileSync(join(directory, 'pid'), 'utf8').trim().split(' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[19] === started && fields[0] !== 'Z' ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
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

/** Kills every script of a machine, as a machine does that loses power. */
export function killScripts(machine: Machine): void {
  const commands = join(machine.directory, 'commands');
  for (const name of readdirSync(commands)) signalScript({ directory: join(commands, name) }, 'SIGKILL');
}

const LOOK_MS = 20;

/** Ends every script of a machine that shuts down in order: SIGTERM, and SIGKILL for what is left then. */
export async function endScripts(machine: Machine, graceSeconds: number): Promise<void> {
  const commands = join(machine.directory, 'commands');
  const scripts = readdirSync(commands).map((name) => ({ directory: join(commands, name) }));
  for (const script of scripts) signalScript(script, 'SIGTERM');
  const deadline = Date.now() + graceSeconds * 1000;
  while (Date.now() < deadline && scripts.some((script) => stateOf(script) === 'running'))
    await sleep(LOOK_MS);
  killScripts(machine);
}
