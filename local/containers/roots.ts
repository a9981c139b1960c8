// Root file systems put together from the files of this host, to become images without any network.
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { podmanChange } from './podman.ts';
import { findProgram } from './programs.ts';

const run = promisify(execFile);

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n';
const GROUP = 'root:x:0:\nnode:x:1000:\n';

/** Makes `image` of what `fill` puts into an empty directory; `changes` are Dockerfile instructions. */
export async function importRoot(
  image: string,
  { fill, changes }: { fill: (root: string) => Promise<void>; changes: readonly string[] },
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'galley-image-'));
  try {
    const root = join(work, 'root');
    await mkdir(root, { mode: 0o755 });
    await fill(root);
    const archive = join(work, 'root.tar');
    await run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.']);
    const flags = changes.flatMap((change) => ['--change', change]);
    await podmanChange(['import', '--quiet', ...flags, archive, image], { what: `import ${image}` });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The directories and accounts every root needs: /tmp, root and a `node` user with uid 1000. */
export async function layBase(root: string): Promise<void> {
  for (const directory of ['bin', 'etc', 'root', 'home/node', 'tmp', 'usr/bin', 'usr/local/bin', 'var/tmp']) {
    await mkdir(join(root, directory), { recursive: true, mode: 0o755 });
  }
  await chmod(join(root, 'tmp'), 0o1777);
  await chmod(join(root, 'var/tmp'), 0o1777);
  await writeFile(join(root, 'etc/passwd'), PASSWD);
  await writeFile(join(root, 'etc/group'), GROUP);
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

/** Debian's `busybox-static` as /bin/busybox with a link per applet. Throws when it is not installed. */
export async function layBusybox(root: string): Promise<void> {
  const busybox = findProgram('busybox');
  if (busybox === undefined) throw new Error('no busybox on PATH (Debian: apt-get install busybox-static)');
  await copyFile(busybox, join(root, 'bin/busybox'));
  const { stdout } = await run(busybox, ['--list']);
  for (const applet of stdout.split('\n').filter((name) => name !== '' && name !== 'busybox')) {
    await symlink('busybox', join(root, 'bin', applet));
  }
  await symlink('/bin/busybox', join(root, 'usr/bin/env'));
}

/** A program with the shared libraries it is linked to, at `target` inside the root. */
export async function layProgram(root: string, { program, target }: { program: string; target: string }) {
  await mkdir(dirname(join(root, target)), { recursive: true });
  await copyFile(await realpath(program), join(root, target));
  const { stdout } = await run('ldd', [await realpath(program)]);
  for (const [, library] of stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)) {
    if (library === undefined) continue;
    await mkdir(dirname(join(root, library)), { recursive: true });
    await copyFile(await realpath(library), join(root, library));
  }
}
