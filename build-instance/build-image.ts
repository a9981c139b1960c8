// The build itself, and whose fault it is when it fails.
import { join } from 'node:path';
import type { Unpacked } from '../shared/tarball/unpack.ts';
import { buildCommand, type Engine } from './engine-commands.ts';
import { BuildFailure } from './phases.ts';
import { runProgram, words } from './programs.ts';
import type { Registry } from './registry.ts';
import type { Report } from './report.ts';

/** Podman and buildah lose layers, and names, to each other when two change the storage at once. */
export const RACE = /layer not known|no such layer|image not known|identifier is not an image/i;
const RACE_RETRIES = 3;
const DISK_FULL = /no space left on device|disk quota exceeded/i;
/** The base image could not be had, for a reason that may pass; a name that does not exist is the user's. */
const BASE_IMAGE =
  /(initializing source|pinging container registry|failed to resolve source metadata|load metadata for|Get "https?:\/\/).*(timeout|timed out|refused|no such host|reset by peer|unexpected EOF|EOF$|toomanyrequests|\b(429|500|502|503|504)\b)/i;

interface Building {
  readonly engine: Engine;
  readonly image: string;
  readonly source: Unpacked;
  readonly registry: Registry;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly noteGroup: (pid: number) => void;
}

/** Throws BuildFailure; the log has the engine's own lines. */
export async function buildImage(building: Building): Promise<void> {
  const { engine, image, source, registry, report, signal, noteGroup } = building;
  const { context, dockerfile, ...options } = source.descriptor.build;
  const directory = join(source.root, context);
  const command = {
    image,
    context: directory,
    dockerfile: join(directory, dockerfile),
    options,
    ...registry,
  };
  for (let attempt = 1; ; attempt += 1) {
    const ended = await runProgram(engine.name, {
      args: buildCommand(engine, command),
      env: registry.env,
      cwd: source.root,
      signal,
      onLine: (line) => {
        if (!isOthersName(line, image)) report.line(line);
      },
      onStart: noteGroup,
    });
    if (ended.exitCode === 0) return;
    const isRace = ended.tail.some((line) => RACE.test(line));
    if (!isRace || attempt > RACE_RETRIES) throw failureFrom(engine, ended);
    report.line('==> Another build took a layer away; building again.');
  }
}

/** Podman tells every name that a reused image has on this machine, those of other apps too. */
function isOthersName(line: string, image: string): boolean {
  const [, name] = /^Successfully tagged (\S+)$/.exec(line) ?? [];
  return name !== undefined && name !== image;
}

/** Exported for its table of tests. */
export function failureFrom(
  { name }: Pick<Engine, 'name'>,
  { exitCode, tail }: { exitCode: number; tail: readonly string[] },
): BuildFailure {
  const detail = `${name} build ended with exit code ${exitCode}: ${words(tail)}`;
  const said = tail.join('\n');
  if (DISK_FULL.test(said)) return new BuildFailure('DiskFull', { fault: 'platform', detail });
  if (tail.some((line) => BASE_IMAGE.test(line))) {
    return new BuildFailure('BaseImageUnavailable', { fault: 'platform', detail });
  }
  if (exitCode === 137) return new BuildFailure('BuildKilled', { fault: 'platform', detail });
  return new BuildFailure('BuildFailed', { fault: 'user', detail });
}
