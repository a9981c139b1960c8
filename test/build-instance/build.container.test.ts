// Real builds and pushes: podman, and a registry without auth that takes any login.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildPorts, BuildResult } from '../../build-instance/ports.ts';
import { runBuild } from '../../build-instance/run.ts';
import { seedBaseImages } from '../../local/containers/base-images.ts';
import { Secret } from '../../shared/secret.ts';
import { pack } from '../../shared/tarball/pack.ts';
import { hasProgram, needs } from '../helpers/needs.ts';

const test = suite('galley-build with podman');
const hasAll = hasProgram('podman') && hasProgram('docker-registry') && hasProgram('busybox');
const what = 'podman, docker-registry and busybox-static (apt-get install)';

interface Place {
  readonly root: string;
  readonly host: string;
}
const place: { now?: Place; registry?: ChildProcess } = {};

test.before(async () => {
  if (!hasAll) return;
  const root = mkdtempSync(join(tmpdir(), 'galley-real-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(root, 'registry.yml');
  mkdirSync(join(root, 'registry'));
  const storage = `{filesystem: {rootdirectory: ${join(root, 'registry')}}}`;
  writeFileSync(config, `version: 0.1\nstorage: ${storage}\nhttp: {addr: "${host}"}\n`);
  place.registry = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  place.now = { root, host };
  const deadline = Date.now() + 60_000;
  while (
    !(await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error('the registry does not answer');
    await sleep(50);
  }
  await seedBaseImages();
});

test.after(async () => {
  place.registry?.kill('SIGKILL');
  if (place.now === undefined) return;
  const { stdout } = await execa('podman', ['images', '--format', '{{.Repository}}:{{.Tag}}']);
  const ours = stdout.split('\n').filter((image) => image.startsWith(`${place.now?.host}/`));
  if (ours.length > 0) await execa('podman', ['rmi', '--force', ...ours], { reject: false });
  rmSync(place.now.root, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function build(app: string, options: { directory: string; ports?: Partial<BuildPorts> }) {
  const { root, host } = place.now ?? { root: '', host: '' };
  const seen: { result?: BuildResult; log: string; manifests?: string } = { log: '' };
  const run = { app, build: '20261124T101112Z-1a2b3c4d', attempt: 1, object: `apps/${app}/a.tgz`, eTag: 'e' };
  const exitCode = await runBuild(run, {
    root: join(root, 'work'),
    ocirEndpoint: `${host}/ns/galley`,
    buildSeconds: 600,
    print: () => undefined,
    ports: {
      signIn: async () => {},
      uploads: { open: async () => pack(options.directory).stream },
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
      login: async (to) => ({ host: to, username: 'BEARER_TOKEN', password: new Secret('whatever-it-is') }),
      now: () => new Date(),
      ...options.ports,
    },
  });
  assert.equal(readdirSync(join(root, 'work/builds')), []);
  return { exitCode, ...seen };
}

function source(files: Record<string, string>): string {
  const directory = mkdtempSync(join(place.now?.root ?? tmpdir(), 'source-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** The manifest the registry has under a digest. */
async function pushed(image: string): Promise<{ config: { digest: string }; layers: unknown[] }> {
  const [repository = '', digest = ''] = image.split('@');
  const [host = '', ...name] = repository.split('/');
  const accept =
    'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const answer = await fetch(`http://${host}/v2/${name.join('/')}/manifests/${digest}`, {
    headers: { accept },
  });
  assert.is(answer.status, 200, `${image}: ${answer.status}`);
  return (await answer.json()) as { config: { digest: string }; layers: unknown[] };
}

for (const app of ['hello', 'shop']) {
  const name = `examples/${app} is built with no network and pushed`;
  test(
    name,
    needs(hasAll, { what, name }, async () => {
      const ran = await build(app, { directory: `examples/${app}` });
      assert.is(ran.exitCode, 0, ran.log);
      const manifest = await pushed(ran.result?.image ?? '');
      assert.ok(manifest.layers.length > 1);
      assert.match(ran.log, /STEP 1\/\d+: FROM node:24-slim/);
      assert.is(ran.manifests === undefined, app === 'shop');
      if (app === 'hello') assert.match(ran.manifests ?? '', /containerPort: 8080/);
    }),
  );
}

test(
  'RUN, build arguments and stages work here; the second build uses the first one’s layers',
  needs(hasAll, { what, name: 'RUN' }, async () => {
    // Of this run alone: layers of an earlier one may still be in the machine's store.
    const argument = `x y ${randomUUID()}`;
    const directory = source({
      Dockerfile:
        'FROM busybox AS run\nARG A\nRUN echo "argument $A" > /a && cat /a\nFROM busybox AS other\nRUN false\n',
      'galley.yaml': `build: {target: run, args: {A: "${argument}"}}\n`,
    });
    const first = await build('staged', { directory });
    assert.is(first.exitCode, 0, first.log);
    assert.match(first.log, `argument ${argument}`);
    const second = await build('staged', { directory });
    assert.match(second.log, 'Using cache');
    assert.is(second.result?.image, first.result?.image);
  }),
);

test(
  'a RUN that fails is the user’s fault, with its output in the log',
  needs(hasAll, { what, name: 'failing RUN' }, async () => {
    const directory = source({ Dockerfile: 'FROM busybox\nRUN echo on the way; echo broken >&2; exit 7\n' });
    const { exitCode, result, log } = await build('broken', { directory });
    assert.is(exitCode, 30, log);
    assert.equal([result?.fault, result?.reason], ['user', 'BuildFailed']);
    assert.match(log, /on the way[\s\S]*broken|broken[\s\S]*on the way/);
  }),
);

test(
  'a cancelled build ends its RUN too',
  needs(hasAll, { what, name: 'cancel' }, async () => {
    const directory = source({ Dockerfile: 'FROM busybox\nRUN echo sleeps; sleep 31557; echo slept\n' });
    let log = '';
    const ports: Partial<BuildPorts> = {
      writeSign: async () => {},
      writeLog: async (_key, _number, text) => {
        log += text;
      },
      cancels: { find: async () => (/^sleeps$/m.test(log) ? 'ada' : undefined) },
    };
    const { exitCode, result } = await build('slow', { directory, ports });
    assert.is(exitCode, 70, log);
    assert.is(result?.outcome, 'canceled');
    const { stdout } = await execa('ps', ['-eo', 'args']);
    assert.not(stdout.split('\n').some((line) => line.startsWith('sleep 31557')));
  }),
);

test.run();
