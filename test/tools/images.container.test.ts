import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import { hasProgram, needs } from '../helpers/needs.ts';

const images = suite('npm run images');
const have = hasProgram('podman') && hasProgram('docker-registry') && existsSync('dist/apply');
const what = 'podman, docker-registry, or dist/ (npm run build)';
const PATIENCE_MS = 60_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startRegistry(directory: string): Promise<{ host: string; daemon: ChildProcess }> {
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: directory } },
    http: { addr: host },
  };
  const file = join(directory, 'registry.yml');
  await writeFile(file, JSON.stringify(config));
  const daemon = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if ((await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok === true) break;
    await sleep(50);
  }
  return { host, daemon };
}

const name = 'pushes all three, and prints lines for terraform.tfvars whose digests the registry knows';
images(
  name,
  needs(have, { what, name }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'galley-images-test-'));
    const { host, daemon } = await startRegistry(directory);
    const prefix = `${host}/ns/functions/galley`;
    const tags = ['upload-trigger', 'poll-build', 'apply'].map((fn) => `${prefix}/${fn}:9.9.9`);
    try {
      const args = ['tools/images.ts', '--push', prefix, '--tag', '9.9.9'];
      const { stdout } = await execa(process.execPath, args);
      const lines = stdout
        .split('\n')
        .map((line) => /^(\w+) = "(.+)@(sha256:[0-9a-f]{64})"$/.exec(line) ?? []);
      assert.deepEqual(
        lines.map(([, variable, image]) => [variable, image]),
        [
          ['upload_trigger_image', tags[0]],
          ['poll_build_image', tags[1]],
          ['apply_image', tags[2]],
        ],
      );
      const [, , , digest] = lines[2] ?? [];
      const url = `http://${host}/v2/ns/functions/galley/apply/manifests/${digest}`;
      const headers = { accept: '*/*, application/vnd.oci.image.manifest.v1+json' };
      assert.equal((await fetch(url, { headers })).status, 200);
    } finally {
      daemon.kill();
      await execa('podman', ['rmi', '--force', ...tags], { reject: false });
      await rm(directory, { recursive: true, force: true });
    }
  }),
);

images('a bad prefix is refused before anything is built', async () => {
  const args = ['tools/images.ts', '--push', 'no prefix'];
  const { exitCode, stderr } = await execa(process.execPath, args, { reject: false });
  assert.equal(exitCode, 1);
  assert.match(stderr, /expected <host>\/<namespace>\/<prefix>, got "no prefix"/);
});

images.run();
