// Images: build, pull, look, remove.
import type { Engine } from './engine.ts';
import { PodmanError, podman, podmanChange } from './podman.ts';

export interface ImageBuild {
  readonly context: string;
  /** Path of the Dockerfile. */
  readonly dockerfile: string;
  readonly tag: string;
  readonly args?: Readonly<Record<string, string>>;
}

export interface ImagePull {
  readonly reference: string;
  /** File of `podman login --authfile`. */
  readonly authFile?: string;
  /** Plain HTTP registry, such as the region's own. */
  readonly insecure?: boolean;
}

/** Is the image in local storage? */
export async function imageExists(reference: string): Promise<boolean> {
  try {
    await podman(['image', 'exists', reference]);
    return true;
  } catch (error) {
    if (error instanceof PodmanError) return false;
    throw error;
  }
}

/** Builds an image from local files and base images that are there or can be pulled. Answers its id. */
export async function buildImage(engine: Engine, build: ImageBuild): Promise<string> {
  const args = Object.entries(build.args ?? {}).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  const files = ['--file', build.dockerfile, '--tag', build.tag, build.context];
  return podmanChange(['build', '--quiet', '--pull=missing', ...engine.buildFlags, ...args, ...files], {
    what: `build ${build.tag} from ${build.dockerfile}`,
  });
}

/** Pulls an image. Throws PodmanError with the registry's words. */
export async function pullImage(pull: ImagePull): Promise<void> {
  const flags = [
    ...(pull.authFile === undefined ? [] : ['--authfile', pull.authFile]),
    ...(pull.insecure ? ['--tls-verify=false'] : []),
  ];
  await podmanChange(['pull', '--quiet', ...flags, pull.reference], { what: `pull ${pull.reference}` });
}

/** Removes every image of a repository except the one with this reference; images in use stay. */
export async function removeOtherImages(repository: string, keep: string): Promise<void> {
  const format = ['--format', '{{.Repository}}:{{.Tag}}'];
  // Another region may be taking images away just now: then the next build of one does this.
  const list = await podman(['images', ...format, '--filter', `reference=${repository}`]).catch(() => '');
  for (const reference of list.split('\n').filter((line) => line !== '' && line !== keep)) {
    await podmanChange(['rmi', reference]).catch(() => undefined);
  }
}

/** Removes an image; one that is not there is as good as removed. */
export async function removeImage(reference: string): Promise<void> {
  if (await imageExists(reference)) {
    await podmanChange(['rmi', '--force', reference], { what: `remove ${reference}` });
  }
}

/**
 * Removes what was built for or pulled from registries (`host:port`) that are no more; images in use stay. An image
 * that has no other names, and no container, goes with all of them at once: one by one, hundreds take minutes.
 */
export async function removeImagesOf(...registries: readonly string[]): Promise<void> {
  const list = await podman(['images', '--format', 'json']).catch(() => '[]');
  const images: { Id: string; Names?: string[] | null; Containers?: number }[] = JSON.parse(list || '[]');
  const isTheirs = (name: string): boolean => registries.some((registry) => name.startsWith(`${registry}/`));
  for (const { Id, Names, Containers } of new Map(images.map((image) => [image.Id, image])).values()) {
    const theirs = (Names ?? []).filter(isTheirs);
    if (theirs.length === 0) continue;
    const isAll = theirs.length === Names?.length && Containers === 0;
    const gone = isAll ? podmanChange(['rmi', '--force', Id]) : podmanChange(['rmi', ...theirs]);
    await gone.catch(() => undefined);
  }
}
