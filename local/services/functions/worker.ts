// A container of a function that serves calls: cold start, one call at a time, frozen when idle.
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Region } from '../../types.ts';
import { loadCredentials } from './credentials.ts';
import type { FunctionDefinition } from './definitions.ts';
import { environmentOf } from './environment.ts';
import { invokeError } from './errors.ts';
import type { FunctionLogs } from './logs.ts';
import { LOG_FRAMES, type OutputReader, outputReader } from './output.ts';
import type { Container, Runtime } from './runtime.ts';
import type { FunctionsSettings } from './settings.ts';
import { makeWorkDirectory, removeWorkDirectory, type WorkDirectory } from './work-directory.ts';

/** What all functions of a region share. */
export interface Inside {
  readonly region: Region;
  readonly settings: FunctionsSettings;
  readonly logs: FunctionLogs;
  readonly directoryPrefix: string;
  /** Decided when the service starts; asked for at the first cold start. */
  runtime(): Promise<Runtime>;
}

export interface Worker {
  readonly container: Container;
  readonly directory: WorkDirectory;
  /** Whose output this is: the call it serves, or served last. */
  callId: string;
  /** Until when its resource principal's token is good enough, milliseconds since 1970. */
  freshUntil: number;
  isGone: boolean;
  isFrozen: boolean;
  /** The freezing or thawing under way. */
  moving: Promise<void>;
}

const LOOK_MS = 10;

interface ColdStart {
  /** The call that waits for it. */
  readonly callId: string;
  /** The region stops: nobody waits any more. */
  isCanceled(): boolean;
}

/**
 * Cold start: fresh directory, credentials, container, until its socket is there. Throws `initFailed` when it
 * ends before, `initTimeout` after `readySeconds`; nothing of it stays then.
 */
export async function startWorker(
  inside: Inside,
  definition: FunctionDefinition,
  start: ColdStart,
): Promise<Worker> {
  const runtime = await inside.runtime();
  const directory = await makeWorkDirectory(inside.directoryPrefix);
  try {
    const worker = await launch(inside, definition, { runtime, directory, callId: start.callId });
    const fails = inside.region.faults.take('cold-start-fails', definition.name) !== undefined;
    await untilReady(worker, { seconds: fails ? 0 : inside.settings.readySeconds, ...start });
    return worker;
  } catch (error) {
    await removeWorkDirectory(directory);
    throw error;
  }
}

async function launch(
  { region, logs }: Inside,
  definition: FunctionDefinition,
  { runtime, directory, callId }: { runtime: Runtime; directory: WorkDirectory; callId: string },
): Promise<Worker> {
  const freshUntil = await loadCredentials(region, definition.id, directory);
  const owner = { callId };
  const read = (stream: 'stdout' | 'stderr'): OutputReader =>
    outputReader(owner, (line) => logs.write(definition.name, { ...line, stream }));
  const container = await runtime.start({
    definition,
    directory,
    env: { ...environmentOf(region, definition), ...LOG_FRAMES },
    output: { stdout: read('stdout'), stderr: read('stderr') },
  });
  const idle = { isGone: false, isFrozen: false, moving: Promise.resolve() };
  const worker = Object.assign(owner, { container, directory, freshUntil, ...idle });
  void container.exited.then(() => {
    worker.isGone = true;
  });
  return worker;
}

async function untilReady(
  worker: Worker,
  { seconds, isCanceled }: { seconds: number; isCanceled: () => boolean },
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!worker.isGone && !isCanceled() && Date.now() < deadline) {
    if (await exists(worker.directory.socket)) return;
    await sleep(LOOK_MS);
  }
  const failure = worker.isGone ? 'initFailed' : 'initTimeout';
  await worker.container.destroy();
  throw invokeError(failure);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Freezes an idle worker; a container that ended meanwhile cannot be frozen, and need not be. */
export function freeze(worker: Worker): void {
  if (worker.isGone || worker.isFrozen) return;
  worker.isFrozen = true;
  worker.moving = worker.moving.then(() => worker.container.freeze()).catch(() => undefined);
}

/** Lets a worker run again before its next call. */
export async function thaw(worker: Worker): Promise<void> {
  if (worker.isFrozen) {
    worker.isFrozen = false;
    worker.moving = worker.moving.then(() => worker.container.thaw()).catch(() => undefined);
  }
  await worker.moving;
}

/** Ends a worker and removes its directory. */
export async function destroyWorker(worker: Worker): Promise<void> {
  worker.isGone = true;
  await worker.moving;
  await worker.container.destroy();
  await removeWorkDirectory(worker.directory);
}
