// The fresh directory of one container: its socket's directory, its credentials, and (for processes) its code.
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface WorkDirectory {
  readonly path: string;
  /** World-writable, with nothing in it: the FDK makes its socket there. */
  readonly iofs: string;
  readonly socket: string;
  /** `rpst` and `private.pem` of the resource principal. */
  readonly credentials: string;
  readonly tmp: string;
  readonly code: string;
}

/** A Unix socket's path has 107 bytes (sun_path); a long TMPDIR would break it. */
const MAX_PREFIX_BYTES = 60;

/** Directories of one region all begin with this. */
export function directoryPrefix(regionHash: string): string {
  const parent = Buffer.byteLength(tmpdir()) > MAX_PREFIX_BYTES ? '/tmp' : tmpdir();
  return join(parent, `galley-fn-${regionHash}-`);
}

/** Makes a new directory that a process of uid 1000 can work in. */
export async function makeWorkDirectory(prefix: string): Promise<WorkDirectory> {
  const path = await mkdtemp(prefix);
  await chmod(path, 0o711);
  const make = async (name: string, mode: number): Promise<string> => {
    await mkdir(join(path, name));
    await chmod(join(path, name), mode);
    return join(path, name);
  };
  const iofs = await make('iofs', 0o777);
  return {
    path,
    iofs,
    socket: join(iofs, 'lsnr.sock'),
    credentials: await make('credentials', 0o755),
    tmp: await make('tmp', 0o777),
    code: join(path, 'function'),
  };
}

/** Copies a bundle (a directory, or one file that becomes `func.js`) where every user can read it. */
export async function copyBundle(bundle: string, code: string): Promise<void> {
  if ((await stat(bundle)).isDirectory()) {
    await cp(bundle, code, { recursive: true });
  } else {
    await mkdir(code);
    await cp(bundle, join(code, 'func.js'));
  }
  for (const entry of await readdir(code, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
  await chmod(code, 0o755);
}

/** Replaces the credentials in one step each: a function may read them at any moment. No newline at the end. */
export async function writeCredentials(
  directory: WorkDirectory,
  session: { rpst: string; privatePem: string },
): Promise<void> {
  for (const [name, content] of [
    ['private.pem', session.privatePem],
    ['rpst', session.rpst.trimEnd()],
  ] as const) {
    await writeFile(join(directory.credentials, `.${name}`), content, { mode: 0o644 });
    await rename(join(directory.credentials, `.${name}`), join(directory.credentials, name));
  }
}

export async function removeWorkDirectory(directory: WorkDirectory): Promise<void> {
  await rm(directory.path, { recursive: true, force: true });
}
