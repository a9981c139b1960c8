// Podman on this host: what it needs is found out, base images are there offline, nothing of a region stays.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUSYBOX_IMAGE, NODE_IMAGE, seedBaseImages } from '../../local/containers/base-images.ts';
import {
  containerLogs,
  containersByLabel,
  createContainer,
  inspectContainer,
  killContainer,
  pauseContainer,
  regionLabel,
  removeByLabel,
  removeContainer,
  runContainer,
  startAttached,
  unpauseContainer,
} from '../../local/containers/containers.ts';
import { diagnose } from '../../local/containers/engine.ts';
import { buildImage, imageExists, pullImage, removeImage } from '../../local/containers/images.ts';
import { canOpenNetworks, openNetwork } from '../../local/containers/network.ts';
import { PodmanError } from '../../local/containers/podman.ts';
import { needs } from '../helpers/needs.ts';
import { until } from './services/functions-suite.ts';

const { engine, reason } = await diagnose();
const suiteOf = suite('containers');
const label = regionLabel({ directory: join(tmpdir(), `galley-label-${process.pid}`) });
const QUIET = ['--network', 'none'];

/** A test that needs podman. */
function containers(name: string, body: (found: NonNullable<typeof engine>) => Promise<void>): void {
  suiteOf(
    name,
    needs(engine !== undefined, { what: `podman (${reason})`, name }, async () => engine && body(engine)),
  );
}

suiteOf.before(async () => {
  if (engine !== undefined) await seedBaseImages();
});
suiteOf.after(async () => {
  if (engine !== undefined) await removeByLabel(label);
});

/** What Dockerfiles of examples and functions ask of the base images. */
const RUNS = [
  {
    image: BUSYBOX_IMAGE,
    command: ['sh', '-c', 'id -un; echo $PATH | grep -c /usr/bin; tar --help 2>&1 | head -1'],
  },
  { image: NODE_IMAGE, command: ['node', '-e', 'console.log(process.version.startsWith("v24."))'] },
  { image: NODE_IMAGE, command: ['/bin/sh', '-c', 'test -w /tmp && /usr/bin/env node -p 40+2'] },
] as const;
const SAYS = [/^root\n1\nBusyBox/, /^true$/, /^42$/];

for (const [index, { image, command }] of RUNS.entries()) {
  containers(`${image} runs ${command[0]} (${index})`, async (found) => {
    const id = await runContainer(found, { image, label, flags: QUIET, command });
    await until('it has ended', async () => (await inspectContainer(id))?.status === 'exited');
    assert.match((await containerLogs(id)).trim(), SAYS[index] ?? '');
    await removeContainer(id);
    assert.is(await inspectContainer(id), undefined);
  });
}

containers('an image with RUN and a user is built offline, a broken one says why', async (found) => {
  const context = mkdtempSync(join(tmpdir(), 'galley-context-'));
  const [dockerfile, tag] = [join(context, 'Dockerfile'), 'localhost/galley-test:1'];
  try {
    writeFileSync(dockerfile, `FROM ${NODE_IMAGE}\nARG A=0\nRUN echo $A > /a && chown node /a\nUSER node\n`);
    await buildImage(found, { context, dockerfile, tag, args: { A: '7' } });
    const id = await runContainer(found, { image: tag, label, flags: QUIET, command: ['cat', '/a'] });
    await until('it has ended', async () => (await inspectContainer(id))?.status === 'exited');
    assert.is((await containerLogs(id)).trim(), '7');
    writeFileSync(dockerfile, `FROM ${BUSYBOX_IMAGE}\nRUN false\n`);
    const broken = buildImage(found, { context, dockerfile, tag: 'localhost/galley-test:2' });
    await broken.then(
      () => assert.unreachable(),
      (error: unknown) =>
        assert.match(error instanceof PodmanError ? error.message : '', /could not build .*false/s),
    );
    await removeContainer(id);
    await removeImage(tag);
    assert.is(await imageExists(tag), false);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
});

containers('an image that cannot be pulled is an error that names it', async () => {
  await pullImage({ reference: '127.0.0.1:1/no/such:1', insecure: true }).then(
    () => assert.unreachable(),
    (error: unknown) =>
      assert.match(error instanceof PodmanError ? error.message : '', '127.0.0.1:1/no/such:1'),
  );
});

containers('a container is paused, resumed, and killed while paused', async (found) => {
  const command = ['sh', '-c', 'while true; do sleep 1; done'];
  const id = await runContainer(found, { image: BUSYBOX_IMAGE, label, flags: QUIET, command });
  await pauseContainer(id);
  assert.is((await inspectContainer(id))?.status, 'paused');
  await unpauseContainer(id);
  assert.is((await inspectContainer(id))?.status, 'running');
  await killContainer(id);
  await until('it has ended', async () => (await inspectContainer(id))?.exitCode === 137);
  const other = await runContainer(found, { image: BUSYBOX_IMAGE, label, flags: QUIET, command });
  await pauseContainer(other);
  await removeByLabel(label);
  assert.equal(await containersByLabel(label), []);
});

containers("attached: output and exit are the container's", async (found) => {
  const command = ['sh', '-c', 'echo out; echo err >&2; exit 4'];
  const id = await createContainer(found, { image: BUSYBOX_IMAGE, label, flags: QUIET, command });
  const child = startAttached(id);
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said.err += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(
    [said.out, said.err.split('\n').filter((line) => line === 'err').length, code],
    ['out\n', 1, 4],
  );
  await removeContainer(id);
});

containers('kinds are removed apart', async (found) => {
  const command = ['sleep', '1000'];
  const spec = { image: BUSYBOX_IMAGE, label, flags: QUIET, command };
  const pod = await runContainer(found, { ...spec, kind: 'pod' });
  await runContainer(found, { ...spec, kind: 'function' });
  await removeByLabel(label, 'function');
  assert.equal(await containersByLabel(label), [pod]);
  await removeByLabel(label);
});

const network = 'a network of its own reaches a container from the host, and is gone with the region';
suiteOf(
  network,
  needs(
    engine !== undefined && canOpenNetworks(),
    { what: `podman and root (${reason})`, name: network },
    async () => {
      if (engine === undefined) return;
      const { address, flags } = await openNetwork(label);
      const command = ['httpd', '-f', '-h', '/etc', '-p', '8080'];
      await runContainer(engine, { image: BUSYBOX_IMAGE, label, flags, command });
      // A gateway may answer for any address, but not with this file.
      await until('it answers', async () =>
        (await read(`http://${address}:8080/passwd`)).includes('node:x:1000'),
      );
      await removeByLabel(label);
      // Of this network alone: others, of other tests, may lie beside it. The kernel ends a namespace a little later.
      const host = address.replace(/\d+$/, (last) => String(Number(last) - 1));
      const addresses = (): string => execFileSync('ip', ['-o', 'addr']).toString();
      await until('its address is gone', async () => !addresses().includes(` ${host}/30`));
      assert.not.match(await read(`http://${address}:8080/passwd`), 'node:x:1000');
    },
  ),
);

async function read(url: string): Promise<string> {
  return fetch(url, { signal: AbortSignal.timeout(5000) }).then(
    (answer) => answer.text(),
    () => '',
  );
}

suiteOf.run();
