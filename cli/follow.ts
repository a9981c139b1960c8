// Follows one build to its end: each new state with its time, and its log as it is written.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Build, type BuildKey, isFinal } from '../shared/build/build.ts';
import type { Desk } from '../shared/oci/desk.ts';
import { exitCodeOf, sentence, toJson, took } from './describe.ts';
import { cleaning } from './signals.ts';
import { duration, paintState, type Terminal } from './terminal.ts';

/** Between looks: a build takes a minute, a look two calls. */
const PAUSE_MS = 500;
/** An upload whose record is not there after this long: the events do not arrive, or nobody sweeps. */
const ADMISSION_MS = 3 * 60_000;

export interface FollowOptions {
  readonly desk: Desk;
  readonly terminal: Terminal;
  /** Gets the lines of the log, without the end of line; default: they go to stderr, indented. */
  readonly log?: (line: string) => void;
  /** Prints each state on the way as it is entered; the final one is the caller's to tell. */
  readonly showStates?: boolean;
}

/** @returns the build in its final state, or undefined when it was never admitted */
export function follow(key: BuildKey, options: FollowOptions): Promise<Build | undefined> {
  const { terminal } = options;
  const goesOn = `\n${key.id} goes on: \`galley logs ${key.app} -f\` follows it, \`galley cancel ${key.app}\` stops it`;
  return cleaning(
    () => terminal.note(goesOn),
    () => watch(key, options),
  );
}

/** Says how it ended. @returns the exit code */
export function tell(build: Build, terminal: Terminal): number {
  terminal.endProgress();
  const how = build.state === 'deployed' ? 'in' : 'after';
  terminal.print(`${paintState(build.state)} ${how} ${took(build)}: ${sentence(build, new Date())}`);
  terminal.json(toJson(build));
  return exitCodeOf(build);
}

async function watch(key: BuildKey, options: FollowOptions): Promise<Build | undefined> {
  const { desk, terminal } = options;
  const started = Date.now();
  let last: Build | undefined;
  let chunk: string | undefined;
  for (;;) {
    const build = await desk.find(key);
    // The log first: a final state is said after everything that led to it.
    if (build !== undefined) chunk = await printLog(key, { from: chunk, options });
    if (build !== undefined && isFinal(build)) return build;
    if (build !== undefined && build.state !== last?.state && options.showStates !== false)
      enterState(build, { started, terminal });
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
async function printLog(
  key: BuildKey,
  { from, options }: { from: string | undefined; options: FollowOptions },
): Promise<string | undefined> {
  const { desk, terminal, log = (line) => terminal.note(`        ${line}`) } = options;
  let last = from;
  for (const name of await desk.chunks(key, from)) {
    for (const line of (await desk.readChunk(name)).trimEnd().split('\n')) log(line);
    last = name;
  }
  return last;
}
