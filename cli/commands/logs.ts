// galley logs APP [BUILD] [-f]: what the Build Instance printed.
import { isFinal } from '../../shared/build/build.ts';
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
  const out: Terminal = { ...terminal, note: terminal.print, progress: () => {}, live: () => {} };
  if (isFollowing && !isFinal(build)) {
    const ended = await follow(build, { desk, terminal: out, showLog: true, showStates: false });
    return ended === undefined ? 0 : exitCodeOf(ended);
  }
  const lines: string[] = [];
  for (const name of await desk.chunks(build))
    lines.push(...(await desk.readChunk(name)).trimEnd().split('\n'));
  if (lines.length === 0) terminal.note(`Build ${build.id} has no log (${build.state}).`);
  for (const line of lines) terminal.print(line);
  terminal.json({ app: build.app, id: build.id, lines });
  return 0;
}
