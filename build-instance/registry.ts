// The image on its way to OCIR: login with a token that lives an hour, push, digest.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { RACE } from './build-image.ts';
import { type Engine, loginCommand, pushCommand } from './engine-commands.ts';
import { repoDigest } from './image.ts';
import { BuildFailure } from './phases.ts';
import type { BuildPorts } from './ports.ts';
import { runProgram, words } from './programs.ts';
import type { Report } from './report.ts';

export interface Registry {
  /** Host and port. */
  readonly host: string;
  readonly authFile: string;
  /** Of the engine: docker knows auth files only in a directory, and what podman unpacks on the way goes with the build. */
  readonly env: Readonly<Record<string, string>>;
  /** Loopback registries speak plain http. */
  readonly isPlainHttp: boolean;
}

interface Tools {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly noteGroup: (pid: number) => void;
}

const PUSH_RETRIES = 2;
const DIGEST = /sha256:[0-9a-f]{64}/;

/** @param directory of this build alone: credentials end with it */
export async function openRegistry(repository: string, directory: string): Promise<Registry> {
  const host = repository.split('/')[0] ?? '';
  const [auth, tmp] = [join(directory, 'auth'), join(directory, 'tmp')];
  for (const path of [auth, tmp]) await mkdir(path, { mode: 0o700 });
  const isPlainHttp = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
  return {
    host,
    authFile: join(auth, 'config.json'),
    // With attestations docker pushes an index, and nodes report the image in it: another digest than the pushed one.
    env: { DOCKER_CONFIG: auth, TMPDIR: tmp, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
    isPlainHttp,
  };
}

/** Throws BuildFailure `LoginFailed` with the registry's words. */
export async function logIn(
  registry: Registry,
  { engine, signal, report, ports }: Tools & { ports: Pick<BuildPorts, 'login'> },
): Promise<void> {
  const { username, password } = await ports.login(registry.host);
  report.hide(password, username);
  const args = loginCommand(engine, { ...registry, username });
  const ended = await runProgram(engine.name, { args, env: registry.env, input: password.reveal(), signal });
  if (ended.exitCode === 0) return;
  const detail = `${registry.host} refused the login: ${report.shown(words(ended.tail))}`;
  throw new BuildFailure('LoginFailed', { fault: 'platform', phase: 'login', detail });
}

interface Pushing extends Tools {
  readonly registry: Registry;
  readonly directory: string;
  /** Makes the image once more: its name was lost to somebody who took other names away. */
  readonly again: () => Promise<void>;
}

/** @returns the digest; throws BuildFailure `PushFailed` after a few tries */
export async function push(
  image: string,
  { registry, directory, again, ...tools }: Pushing,
): Promise<string> {
  const { engine, signal, report, noteGroup } = tools;
  const digestFile = join(directory, 'digest');
  const args = pushCommand(engine, { ...registry, image, digestFile });
  const once = async (): Promise<string> => {
    const onLine = report.line;
    const ended = await runProgram(engine.name, {
      args,
      env: registry.env,
      signal,
      onLine,
      onStart: noteGroup,
    });
    if (ended.exitCode === 0) return digestOf(image, { engine, digestFile, signal });
    const detail = `${engine.name} could not push ${image}: ${report.shown(words(ended.tail))}`;
    throw new BuildFailure('PushFailed', { fault: 'platform', phase: 'push', detail });
  };
  return pRetry(once, {
    retries: PUSH_RETRIES,
    minTimeout: 1000,
    signal,
    onFailedAttempt: async ({ error, retriesLeft }) => {
      if (retriesLeft === 0 || signal.aborted) return;
      report.line(`==> ${error.message}. Trying again.`);
      if (RACE.test(error.message)) await again();
    },
  });
}

async function digestOf(
  image: string,
  { engine, digestFile, signal }: { engine: Engine; digestFile: string; signal: AbortSignal },
): Promise<string> {
  const text =
    engine.name === 'docker'
      ? await repoDigest(image, { engine, signal })
      : await readFile(digestFile, 'utf8');
  const digest = DIGEST.exec(text)?.[0];
  if (digest !== undefined) return digest;
  const detail = `${engine.name} pushed ${image} and named no digest.`;
  throw new BuildFailure('NoDigest', { fault: 'platform', phase: 'push', detail });
}
