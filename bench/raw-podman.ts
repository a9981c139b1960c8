// The physical limit of a deploy: podman build, push and run of the same source, by hand, with the options this host needs.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** facts local-engines §1: what podman needs on a machine like this one, and does no harm on others. */
export const BUILD_FLAGS = ['--isolation', 'chroot', '--tls-verify=false'];
const RUN = ['--runtime', 'runc', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

export interface Raw {
  /** A new version of an app, from its files to the answer of its container; the one before is removed then. */
  deploy(
    app: string,
    files: Readonly<Record<string, string>>,
  ): Promise<{ pushedMs: number; answerMs: number }>;
  stop(): Promise<void>;
}

export async function startRaw(): Promise<Raw> {
  const work = mkdtempSync(join(tmpdir(), 'galley-bench-raw-'));
  const port = await freePort();
  const registry = startRegistry(work, port);
  const imageOf = (app: string): string => `127.0.0.1:${port}/bench-${app}`;
  const containers = new Map<string, string>();
  const remove = (container: string) => run('podman', ['rm', '--force', '--time', '0', container]);
  await listening(`http://127.0.0.1:${port}/v2/`);
  return {
    deploy: async (app, files) => {
      const context = join(work, app);
      const image = imageOf(app);
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(context, name)), { recursive: true });
        writeFileSync(join(context, name), content);
      }
      const started = Date.now();
      await run('podman', ['build', ...BUILD_FLAGS, '--tag', image, context]);
      await run('podman', ['push', '--tls-verify=false', image]);
      const pushedMs = Date.now() - started;
      const old = containers.get(app);
      const own = await freePort();
      // On the host's network: not every host lets podman publish ports, and it is the quicker way.
      const network = ['--network', 'host', '--env', `PORT=${own}`];
      const { stdout } = await run('podman', ['run', '--detach', ...RUN, ...network, image]);
      containers.set(app, stdout.trim());
      await listening(`http://127.0.0.1:${own}/`);
      const answerMs = Date.now() - started;
      if (old !== undefined) await remove(old);
      return { pushedMs, answerMs };
    },
    stop: async () => {
      for (const [app, container] of containers) {
        await remove(container);
        await run('podman', ['rmi', '--force', imageOf(app)]).catch(() => undefined);
      }
      registry.kill('SIGTERM');
      rmSync(work, { recursive: true, force: true });
    },
  };
}

function startRegistry(work: string, port: number): ChildProcess {
  const config = join(work, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${work}/registry}}\nhttp: {addr: 127.0.0.1:${port}}\n`,
  );
  return spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
}

async function listening(url: string): Promise<void> {
  for (let look = 0; look < 3000; look += 1) {
    if (
      await fetch(url).then(
        (reply) => reply.ok,
        () => false,
      )
    )
      return;
    await sleep(10);
  }
  throw new Error(`${url} does not answer`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
