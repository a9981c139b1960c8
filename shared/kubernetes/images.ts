// Pinning: what the manifests call the app's image becomes the digest of this build, everywhere.
import { type Manifest, type Problem, problemText, type Reading } from './manifests.ts';
import { titleOf } from './objects.ts';
import { imagesOf, rewriteImages } from './pod-specs.ts';

export interface ImageReference {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Splits a reference; a colon before the last slash is a port (`host:5000/x`). */
export function parseImage(image: string): ImageReference {
  const [name = '', digest] = image.split('@', 2);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = colon === -1 ? name : name.slice(0, colon);
  const tag = colon === -1 ? undefined : name.slice(colon + 1);
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

export interface Pin {
  readonly app: string;
  /** The app's OCIR repository, without tag. */
  readonly repository: string;
  /** `repository@sha256:…` of this build. */
  readonly image: string;
}

/**
 * Replaces the app's name, and its repository with any tag, by `image`. A reference that already carries a digest is
 * the user's own choice and stays. A problem when nothing matched: the old image would go on running and look deployed.
 */
export function pinImages(manifests: readonly Manifest[], pin: Pin): Reading {
  let matched = 0;
  const pinned = manifests.map((manifest) => ({
    ...manifest,
    object: rewriteImages(manifest.object, (image) => {
      if (!isOurs(image, pin)) return image;
      matched += 1;
      return pin.image;
    }),
  }));
  return { manifests: pinned, problems: matched === 0 ? [notFound(manifests, pin)] : [] };
}

function isOurs(image: string, { app, repository, image: pinned }: Pin): boolean {
  if (image === app || image === pinned) return true;
  const parsed = parseImage(image);
  const known = [repository, parseImage(pinned).repository];
  return parsed.digest === undefined && known.includes(parsed.repository);
}

function notFound(manifests: readonly Manifest[], { app, repository }: Pin): Problem {
  const found = manifests.flatMap(({ file, document, object }) =>
    imagesOf(object).map(({ path, image }) =>
      problemText({ file, document, object: titleOf(object), field: path, message: image }),
    ),
  );
  const instead = found.length === 0 ? 'There is no image at all.' : `The images are:\n${found.join('\n')}`;
  const message =
    `no image in the manifests is "${app}" or "${repository}", so this build would not run: ` +
    `write "image: ${app}" where the built image belongs. ${instead}`;
  return { message, reason: 'ImageNotFound' };
}
