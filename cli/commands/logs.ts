// galley logs APP [BUILD] [-f]: what the Build Instance printed.
import { type BuildKey, isFinal } from '../../shared/build/build.ts';
import type { Desk } from '../../shared/oci/desk.ts';
import { chooseBuild } from '../choose.ts';
import { exitCodeOf } from '../describe.ts';
import { follow } from '../follow.ts';
import type { Terminal } from '../terminal.ts';

interface LogOptions {
  readonly desk: Desk;
  readonly terminal: Terminal;
  readonly isFollowing: boolean;
}

/** Without -f: what is there now, exit code 0. With it: to the end of the build, whose exit code it takes. */
export async function logs(
  which: { app: string; id: string | undefined },
  { desk, terminal, isFollowing }: LogOptions,
): Promise<number> {
  const build = await chooseBuild(desk, which);
  if (isFollowing && !isFinal(build)) return followed(build, { desk, terminal });
  const lines: string[] = [];
  for (const name of await desk.chunks(build))
    lines.push(...(await desk.readChunk(name)).trimEnd().split('\n'));
  if (lines.length === 0) terminal.note(`Build ${build.id} has no log (${build.state}).`);
  for (const line of lines) terminal.print(line);
  terminal.json({ app: build.app, id: build.id, lines });
  return isFollowing ? exitCodeOf(build) : 0;
}

/** The log is the answer here, so it goes to stdout. */
async function followed(
  key: BuildKey,
  { desk, terminal }: { desk: Desk; terminal: Terminal },
): Promise<number> {
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
    terminal.print(line);
  };
  const ended = await follow(key, { desk, terminal, log, showStates: false });
  terminal.json({ app: key.app, id: key.id, lines });
  return ended === undefined ? 0 : exitCodeOf(ended);
}
