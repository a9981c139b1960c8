// The smallest image that can run something: what the probe of the engine starts and builds upon.
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { imageExists } from './images.ts';
import { findProgram } from './programs.ts';
import { importRoot } from './roots.ts';

export const PROBE_IMAGE = 'localhost/galley-probe:1';

/** Makes the probe's image of this host's static busybox, unless it is there. Throws when there is no busybox. */
export async function importProbeImage(): Promise<void> {
  if (await imageExists(PROBE_IMAGE)) return;
  const busybox = findProgram('busybox');
  if (busybox === undefined) throw new Error('no busybox on PATH (Debian: apt-get install busybox-static)');
  await importRoot(PROBE_IMAGE, {
    changes: [],
    fill: async (root) => {
      for (const directory of ['bin', 'tmp']) await mkdir(join(root, directory), { mode: 0o755 });
      await chmod(join(root, 'tmp'), 0o1777);
      await copyFile(busybox, join(root, 'bin/busybox'));
    },
  });
}
