// Follows one build to its end: each new state with its time, and its log as it is written.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Build, type BuildKey, isFinal } from '../shared/build/build.ts';
import type { Desk } from '../shared/oci/desk.ts';
import { sentence } from './describe.ts';
import { duration, paintState, type Terminal } from './terminal.ts';

/** Between looks: a build takes a minute, a look two calls. */
const PAUSE_MS = 500;
/** An upload whose record is not there after this long: the events do not arrive, or nobody sweeps. */
const ADMISSION_MS = 3 * 60_000;

export interface FollowOptions {
  readonly desk: Desk;
  readonly terminal: Terminal;
  readonly showLog: boolean;
  /** Prints each state as it is entered. */
  readonly showStates?: boolean;
}

/** @returns the build in its final state, or undefined when it was never admitted */
export async function follow(key: BuildKey, options: FollowOptions): Promise<Build | undefined> {
  const { desk, terminal } = options;
  const started = Date.now();
  let last: Build | undefined;
  let chunk: string | undefined;
  for (;;) {
    const build = await desk.find(key);
    // The log first: a final state is said after everything that led to it.
    if (options.showLog && build !== undefined) chunk = await printLog(key, { from: chunk, options });
    if (build !== undefined && build.state !== last?.state && options.showStates !== false)
      enterState(build, { started, terminal });
    if (build !== undefined && isFinal(build)) return build;
    if (build === undefined && Date.now() - started > ADMISSION_MS) return undefined;
    if (build !== undefined) terminal.live(`  ${build.state}: ${sentence(build, new Date())}`);
    else terminal.live('  uploaded, waits to be admitted');
    last = build;
    await sleep(PAUSE_MS);
  }
}

function enterState(build: Build, { started, terminal }: { started: number; terminal: Terminal }): void {
  terminal.endProgress();
  const at = duration(Date.now() - started).padStart(6);
  terminal.note(`${at}  ${paintState(build.state)}  ${sentence(build, new Date())}`);
}

/** @returns the last chunk printed */
export async function printLog(
  key: BuildKey,
  { from, options }: { from: string | undefined; options: Pick<FollowOptions, 'desk' | 'terminal'> },
): Promise<string | undefined> {
  let last = from;
  for (const name of await options.desk.chunks(key, from)) {
    const text = await options.desk.readChunk(name);
    for (const line of text.trimEnd().split('\n')) options.terminal.note(`        ${line}`);
    last = name;
  }
  return last;
}
