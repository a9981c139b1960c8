// Debian's `docker-registry` as a child: always on the same port, started again when it dies.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, withParent } from '../../containers/programs.ts';
import { type Configuration, writeConfig } from './configuration.ts';
import { freePort, isFree } from './ports.ts';

export interface DaemonOptions extends Configuration {
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Daemon {
  readonly port: number;
  stop(): Promise<void>;
}

const START_SECONDS = 60;
const RESTART_MS = 200;

/** Starts the registry on `port` (0: any free one) and waits until it answers. Throws when it cannot. */
export async function startDaemon(port: number, options: DaemonOptions): Promise<Daemon> {
  const program = findProgram('docker-registry');
  if (program === undefined) {
    throw new Error('docker-registry is not on PATH (Debian: apt-get install docker-registry)');
  }
  await endOldDaemon(options.directory);
  const chosen = port !== 0 && (await isFree(port)) ? port : await freePort();
  if (port !== 0 && chosen !== port) options.log('the registry had to take another port', { port, chosen });
  await writeConfig(chosen, options);
  const state: { child: ChildProcess | undefined; isStopped: boolean } = {
    child: undefined,
    isStopped: false,
  };
  const launch = async (): Promise<void> => {
    state.child = await spawnDaemon(program, options.directory);
    state.child.once('exit', (code) => {
      if (state.isStopped) return;
      options.log('the registry ended and is started again', { code });
      setTimeout(() => void (state.isStopped || launch()), RESTART_MS);
    });
  };
  await launch();
  await untilAnswers(chosen, options.directory).catch(async (error: unknown) => {
    await stop(state);
    throw error;
  });
  return { port: chosen, stop: () => stop(state) };
}

async function stop(state: { child: ChildProcess | undefined; isStopped: boolean }): Promise<void> {
  state.isStopped = true;
  const { child } = state;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function spawnDaemon(program: string, directory: string): Promise<ChildProcess> {
  const log = openSync(join(directory, 'registry.log'), 'a');
  const [command = program, ...args] = [...withParent(), program, 'serve', join(directory, 'registry.yml')];
  // Out of the terminal's group: Ctrl-C is for the region, which then stops it.
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.once('error', () => undefined);
  await writeFile(join(directory, 'registry.pid'), `${child.pid ?? ''}`);
  return child;
}

/** After a kill -9 of the region its registry may still hold the port. */
async function endOldDaemon(directory: string): Promise<void> {
  const file = join(directory, 'registry.pid');
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (!(pid > 0)) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.includes(join(directory, 'registry.yml'))) {
    process.kill(pid, 'SIGKILL');
    while (existsSync(`/proc/${pid}`)) await sleep(10);
  }
  await rm(file, { force: true });
}

async function untilAnswers(port: number, directory: string): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return;
    await sleep(20);
  }
  const log = await readFile(join(directory, 'registry.log'), 'utf8').catch(() => '');
  throw new Error(
    `docker-registry did not answer within ${START_SECONDS} s. Its log ends: ${log.slice(-500)}`,
  );
}
