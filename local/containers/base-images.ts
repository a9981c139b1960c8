// Base images for machines without a network, from files this host has. Real ones are used where they can be pulled.
import { imageExists, pullImage } from './images.ts';
import { PodmanError } from './podman.ts';
import { importRoot, layBase, layBusybox, layProgram } from './roots.ts';

export const NODE_IMAGE = 'docker.io/library/node:24-slim';
export const BUSYBOX_IMAGE = 'docker.io/library/busybox:latest';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Makes `node:24-slim` and `busybox` available in local storage: what is there stays, else it is pulled, else it
 * is put together from npm's node binary with its libraries and Debian's static busybox (/bin/sh, tar, …).
 * @param log told which image was made from local files
 */
export async function seedBaseImages(log: (message: string) => void = () => undefined): Promise<void> {
  await seed(BUSYBOX_IMAGE, log, async (root) => {
    await layBase(root);
    await layBusybox(root);
  });
  await seed(NODE_IMAGE, log, async (root) => {
    await layBase(root);
    await layBusybox(root);
    await layProgram(root, { program: process.execPath, target: 'usr/local/bin/node' });
  });
}

async function seed(
  image: string,
  log: (message: string) => void,
  fill: (root: string) => Promise<void>,
): Promise<void> {
  if (await imageExists(image)) return;
  try {
    await pullImage({ reference: image });
  } catch (error) {
    if (!(error instanceof PodmanError)) throw error;
    log(`${image} cannot be pulled; it is put together from programs of this host`);
    const command = image === NODE_IMAGE ? 'CMD ["node"]' : 'CMD ["sh"]';
    await importRoot(image, { fill, changes: [`ENV ${PATH}`, command] });
  }
}
