// A machine to set up: this one's programs and libraries, with /etc, /var and /usr/local of its own, in a mount
// namespace. Needs Linux and user namespaces, no root.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

export interface Machine extends AsyncDisposable {
  /** Its root directory, seen from outside. */
  path(file: string): string;
  write(file: string, content: string, mode?: number): Promise<void>;
  read(file: string): Promise<string>;
  /** Runs a program in it; never throws for its exit code. */
  run(...command: readonly string[]): Promise<{ exitCode: number; output: string }>;
  /** What the stand-in programs were called with, in order. */
  calls(): Promise<string[]>;
}

export const NO_MACHINE = 'this kernel or user may not make mount namespaces (unshare -rm)';

/** May this user make one? */
export function canOpenMachine(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `$0` is the root directory: mounts what is shared, then changes into it. */
const ENTER = `
mount --rbind /usr "$0/usr" && mount --bind "$0/local" "$0/usr/local" &&
mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"`;

/** @param stubs name → lines of bash; each stand-in also notes how it was called */
export async function openMachine(stubs: Readonly<Record<string, string>>): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'galley-machine-'));
  for (const directory of ['usr', 'local/bin', 'proc', 'dev', 'tmp', 'etc', 'var']) {
    await mkdir(join(root, directory), { recursive: true });
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(root, name));
  // /usr/local is a directory beside, as /usr itself is this machine's.
  const path = (file: string): string => join(root, file.replace(/^\/usr\/local\//, '/local/'));
  const write = async (file: string, content: string, mode = 0o644): Promise<void> => {
    await mkdir(dirname(path(file)), { recursive: true });
    await writeFile(path(file), content, { mode });
  };
  for (const [name, lines] of Object.entries(stubs)) {
    await write(`/usr/local/bin/${name}`, `#!/bin/bash\necho "${name} $*" >>/calls\n${lines}\n`, 0o755);
  }
  return {
    path,
    write,
    read: (file) => readFile(path(file), 'utf8'),
    run: async (...command) => {
      const options = {
        all: true,
        reject: false,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin' },
        extendEnv: false,
        stdin: 'ignore',
      } as const;
      const { exitCode, all } = await execa(
        'unshare',
        ['-rm', 'bash', '--norc', '-c', ENTER, root, ...command],
        options,
      );
      return { exitCode: exitCode ?? 1, output: all };
    },
    calls: async () =>
      existsSync(path('/calls')) ? (await readFile(path('/calls'), 'utf8')).trim().split('\n') : [],
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
