// A podman made of shell: notes what it is asked, and does as the test says.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunArguments } from '../../build-instance/arguments.ts';
import type { BuildPorts, BuildResult } from '../../build-instance/ports.ts';
import { runBuild } from '../../build-instance/run.ts';
import { Secret } from '../../shared/secret.ts';
import { pieces } from '../shared/tarball/archives.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const TOKEN = 'token-of-an-hour';
export const RUN: RunArguments = {
  app: 'shop',
  build: '20261124T101112Z-1a2b3c4d',
  attempt: 2,
  object: 'apps/shop/shop.tar.gz',
  eTag: '199f8dbf',
};

/** Each step is a piece of shell; `$@` are podman's arguments. */
export interface Steps {
  readonly build?: string;
  readonly login?: string;
  readonly push?: string;
  readonly probe?: string;
}

export interface Ran {
  readonly exitCode: number;
  readonly result: BuildResult | undefined;
  readonly log: string;
  readonly printed: readonly string[];
  readonly manifests: string | undefined;
  /** Command lines, and what came on stdin. */
  readonly calls: readonly string[];
  /** What is left in the work directory. */
  readonly left: readonly string[];
}

const INSPECTED = JSON.stringify([
  { Config: { ExposedPorts: { '9090/tcp': {}, '8080/tcp': {}, '53/udp': {} } } },
]);

export async function runFake(
  bytes: Buffer,
  steps: Steps = {},
  options: { ports?: Partial<BuildPorts>; run?: RunArguments; buildSeconds?: number } = {},
): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), 'galley-fake-'));
  const [bin, root, calls] = [join(directory, 'bin'), join(directory, 'work'), join(directory, 'calls')];
  mkdirSync(bin);
  writeFileSync(join(bin, 'podman'), script(calls, steps));
  chmodSync(join(bin, 'podman'), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${bin}:${path}`;
  const seen: { result?: BuildResult; log: string; manifests?: string } = { log: '' };
  const printed: string[] = [];
  try {
    const exitCode = await runBuild(options.run ?? RUN, {
      root,
      ocirEndpoint: '127.0.0.1:5000/ns/galley',
      buildSeconds: options.buildSeconds ?? 600,
      pauseMs: 1,
      print: (line) => printed.push(line),
      ports: {
        signIn: async () => {},
        uploads: { open: async () => pieces(bytes) },
        cancels: { find: async () => undefined },
        texts: {
          writeManifests: async (_key, text) => {
            seen.manifests = text;
          },
        },
        writeSign: async () => {},
        writeLog: async (_key, _number, text) => {
          seen.log += text;
        },
        writeResult: async (result) => {
          seen.result = result;
        },
        login: async (host) => ({ host, username: 'BEARER_TOKEN', password: new Secret(TOKEN) }),
        now: () => new Date(Date.UTC(2026, 10, 24)),
        ...options.ports,
      },
    });
    const noted = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    const left = existsSync(join(root, 'builds')) ? readdirSync(join(root, 'builds')) : [];
    const tidy = noted.map((line) => line.replaceAll(/\/\S*\/builds\/[^/ ]+/g, '<build>'));
    return {
      exitCode,
      result: seen.result,
      log: seen.log,
      printed,
      manifests: seen.manifests,
      calls: tidy,
      left,
    };
  } finally {
    process.env.PATH = path;
    rmSync(directory, { recursive: true, force: true });
  }
}

function script(
  calls: string,
  { build = 'true', login = 'true', push = 'true', probe = 'true' }: Steps,
): string {
  return `#!/bin/bash
case "$1" in
  --version) echo 'podman version 9'; exit ;;
  rmi) exit ;;
  build) [[ "$*" == *galley-build-probe* ]] && { ${probe}; exit; } ;;
esac
echo "$*" >> ${calls}
case "$1" in
  build) ${build} ;;
  login) read -r password; echo "stdin: $password" >> ${calls}; ${login} ;;
  push) while [ $# -gt 0 ]; do [ "$1" = --digestfile ] && printf '%s' ${DIGEST} > "$2"; shift; done; ${push} ;;
  image) echo '${INSPECTED}' ;;
esac
`;
}
