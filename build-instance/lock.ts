// Builds of one app, one after the other: a lock of the kernel, which ends with the process that holds it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

export interface Lock {
  release(): Promise<void>;
}

/**
 * Node cannot call flock(2), but flock(1) can lock an open file it is given, and the lock belongs to the open file:
 * it stays with us when flock(1) ends. Throws the signal's reason when stopped while waiting.
 * @param onWait called once when another build of the app is under way
 */
export async function lockApp(
  root: string,
  { app, signal, onWait }: { app: string; signal: AbortSignal; onWait: () => void },
): Promise<Lock> {
  const directory = join(root, 'locks');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = await open(join(directory, app), 'a');
  const lock = { release: () => file.close() };
  const flock = async (...options: string[]): Promise<number> => {
    const child = spawn('flock', [...options, '0'], { stdio: [file.fd, 'ignore', 'ignore'], signal });
    const [code] = await once(child, 'exit');
    return code ?? 1;
  };
  try {
    if ((await flock('--nonblock')) === 0) return lock;
    onWait();
    await flock();
    signal.throwIfAborted();
    return lock;
  } catch (error) {
    // Without flock(1), as on macOS, builds of one app share nothing but layers: still right, only not in order.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return lock;
    await file.close();
    signal.throwIfAborted();
    throw error;
  }
}
