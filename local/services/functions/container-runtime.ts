// Functions as OCI runs them: containers of their own images, with nothing they do not need.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createContainer,
  pauseContainer,
  removeContainer,
  startAttached,
  unpauseContainer,
} from '../../containers/containers.ts';
import { CONFINEMENT, type Engine } from '../../containers/engine.ts';
import { buildImage, imageExists, removeOtherImages } from '../../containers/images.ts';
import { bundleNames, bundleOf } from './bundles.ts';
import type { FunctionDefinition } from './definitions.ts';
import { pathVariables } from './environment.ts';
import { invokeError } from './errors.ts';
import { type Container, follow, type Launch, type Runtime } from './runtime.ts';
import { TMP_MB } from './settings.ts';

export interface ContainerOptions {
  readonly engine: Engine;
  readonly label: string;
  readonly bundles: string;
  readonly dockerfiles: string;
}

/** Tells the containers of functions from those of pods. */
export const FUNCTION_KIND = 'function';

/** Fn's and OCI's paths inside a function's container. */
const INSIDE = { socket: '/tmp/iofs/lsnr.sock', credentials: '/.oci-credentials' };

/** A runtime of podman containers; `build` makes the images, from `<dockerfiles>/<name>/Dockerfile`. */
export function containerRuntime(
  options: ContainerOptions,
): Runtime & { build(functions: readonly FunctionDefinition[]): Promise<void> } {
  return {
    kind: 'containers',
    build: async (functions) => {
      for (const definition of functions) {
        if (hasBundle(options, definition)) await ensureImage(options, definition);
      }
    },
    start: async (launch) => start(options, launch, await ensureImage(options, launch.definition)),
  };
}

function hasBundle({ bundles }: ContainerOptions, definition: FunctionDefinition): boolean {
  return bundleNames(definition).some((name) => existsSync(join(bundles, name)));
}

/** The image of a function, built when its bundle or Dockerfile changed. Throws `noImage` without a bundle. */
async function ensureImage(options: ContainerOptions, definition: FunctionDefinition): Promise<string> {
  const context = bundleOf(options.bundles, definition);
  const dockerfile = bundleNames(definition)
    .flatMap((name) => [join(context, 'Dockerfile'), join(options.dockerfiles, name, 'Dockerfile')])
    .find(existsSync);
  if (dockerfile === undefined) throw invokeError('noImage');
  const repository = `localhost/galley-function/${definition.name}`;
  const tag = `${repository}:${await digestOf(context, dockerfile)}`;
  if (await imageExists(tag)) return tag;
  await buildImage(options.engine, { context, dockerfile, tag });
  await removeOtherImages(repository, tag);
  return tag;
}

async function digestOf(context: string, dockerfile: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(dockerfile));
  const files = await readdir(context, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    hash.update(`\n${path.slice(context.length)}\n`).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function start({ engine, label }: ContainerOptions, launch: Launch, image: string): Promise<Container> {
  const { definition, directory, env, output } = launch;
  const id = await createContainer(engine, {
    image,
    label,
    kind: FUNCTION_KIND,
    env: { HOME: '/tmp', ...env, ...pathVariables(INSIDE) },
    flags: [
      ...['--network', 'host', '--memory', `${definition.memoryMb}m`, ...CONFINEMENT],
      ...['--tmpfs', `/tmp:size=${TMP_MB[definition.memoryMb] ?? TMP_MB[128]}m,mode=1777`],
      ...['-v', `${directory.iofs}:/tmp/iofs`, '-v', `${directory.credentials}:${INSIDE.credentials}:ro`],
      ...['--log-driver', 'none'],
    ],
  });
  const exited = follow(startAttached(id), output);
  return {
    exited,
    freeze: () => pauseContainer(id),
    thaw: () => unpauseContainer(id),
    destroy: async () => {
      await removeContainer(id);
      await exited;
    },
  };
}
