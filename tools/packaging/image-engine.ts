// podman, docker or buildah: whichever is there builds and pushes.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const ENGINES = ['podman', 'docker', 'buildah'] as const;
export type ImageEngine = (typeof ENGINES)[number];

/** OCI's GENERIC_X86 (deploy/functions.tf). */
const PLATFORM = 'linux/amd64';

/** @param wanted a name, or undefined for the first that is on PATH. @throws Error that names them */
export async function chooseEngine(wanted: string | undefined): Promise<ImageEngine> {
  for (const engine of ENGINES.filter((one) => wanted === undefined || one === wanted)) {
    const { failed } = await execa(engine, ['--version'], { reject: false });
    if (!failed) return engine;
  }
  throw new Error(`No ${wanted ?? ENGINES.join(', ')} on PATH: one of them builds the images.`);
}

export async function buildImage(
  engine: ImageEngine,
  { image, dockerfile, context }: { image: string; dockerfile: string; context: string },
): Promise<void> {
  // Elsewhere the base image of the host's own platform would be taken.
  const platform = process.arch === 'x64' ? [] : ['--platform', PLATFORM];
  const args = ['build', ...platform, '--file', dockerfile, '--tag', image, context];
  await execa(engine, args, { stdio: ['ignore', 2, 2] });
}

/** @returns the digest of the manifest in the registry, `sha256:…` */
export async function pushImage(engine: ImageEngine, image: string): Promise<string> {
  if (engine === 'docker') {
    await execa('docker', ['push', image], { stdio: ['ignore', 2, 2] });
    const { stdout } = await execa('docker', ['inspect', '--format', '{{json .RepoDigests}}', image]);
    return digestIn(JSON.parse(stdout) as string[], image);
  }
  const directory = await mkdtemp(join(tmpdir(), 'galley-push-'));
  try {
    const file = join(directory, 'digest');
    await execa(engine, ['push', '--digestfile', file, image], { stdio: ['ignore', 2, 2] });
    return (await readFile(file, 'utf8')).trim();
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** An image has a digest in each repository it was pushed to. */
export function digestIn(repoDigests: readonly string[], image: string): string {
  const repository = image.slice(0, image.lastIndexOf(':'));
  const found = repoDigests.find((one) => one.startsWith(`${repository}@`));
  if (found === undefined) throw new Error(`docker knows no digest of ${image} after its push`);
  return found.slice(repository.length + 1);
}
