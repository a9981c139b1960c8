// Images for podman: from the region's registry with a credential, from elsewhere as the policy says.
import { join } from 'node:path';
import { imageExists, pullImage } from '../../containers/images.ts';
import { PodmanError, podman } from '../../containers/podman.ts';
import { replaceFile } from '../../replace-file.ts';
import { textsOf } from '../object.ts';
import { PullError, type PullPolicy } from './runtime.ts';

export interface ImageOptions {
  /** Scratch files, such as the registry credential. */
  readonly directory: string;
  /** Host of a registry whose images are pulled with a credential over plain HTTP, and how to get one. */
  registry(): { readonly host: string; credential(): string } | undefined;
}

/** An image of the region's registry is always asked for there, so that what runs is what was pushed. */
export async function pullForPod(options: ImageOptions, image: string, policy: PullPolicy): Promise<string> {
  const registry = options.registry();
  const isOurs = registry !== undefined && image.startsWith(`${registry.host}/`);
  try {
    if (isOurs) await pullImage({ reference: image, insecure: true, authFile: authFile(options, registry) });
    else if (policy === 'Always' || !(await imageExists(image))) await pullFromElsewhere(image, policy);
    return await imageIdOf(image);
  } catch (error) {
    if (error instanceof PodmanError) throw new PullError(lastLine(error.output));
    throw error;
  }
}

async function pullFromElsewhere(image: string, policy: PullPolicy): Promise<void> {
  if (policy !== 'Never') return pullImage({ reference: image });
  throw new PullError(`Container image "${image}" is not present with pull policy of Never`);
}

function authFile({ directory }: ImageOptions, registry: { host: string; credential(): string }): string {
  const file = join(directory, 'registry-auth.json');
  const auth = Buffer.from(`BEARER_TOKEN:${registry.credential()}`).toString('base64');
  // Another pod's pull may be reading it.
  replaceFile(file, JSON.stringify({ auths: { [registry.host]: { auth } } }), 0o600);
  return file;
}

/** `<repository>@sha256:…`, as the kubelet reports it. */
async function imageIdOf(image: string): Promise<string> {
  if (image.includes('@sha256:')) return image;
  const digests: unknown = JSON.parse(
    await podman(['image', 'inspect', '--format', '{{json .RepoDigests}}', image]),
  );
  return textsOf(digests)[0] ?? image;
}

/** Podman's last words are the registry's; the lines before say what podman tried. */
function lastLine(output: string): string {
  return (
    output
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^Error: /, '') ?? output
  );
}
