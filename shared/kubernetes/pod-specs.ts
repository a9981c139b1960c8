// Where pods are described: in Pods, in templates of every depth, and in custom resources that embed one.
import { groupKind, isMap, type Json, type KubeObject } from './objects.ts';

/** Kinds whose data may look like a pod and is none. */
const NO_PODS = new Set([
  'ConfigMap',
  'Secret',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'ControllerRevision.apps',
]);
const LISTS = ['containers', 'initContainers'] as const;

export interface PodSpec {
  /** Dotted, such as `spec.template.spec`. */
  readonly path: string;
  readonly spec: Json;
}

/** Every map that holds a list of containers (kustomize finds them the same way: facts oke-apply §3.8). */
export function podSpecsOf(object: KubeObject): PodSpec[] {
  return NO_PODS.has(groupKind(object)) ? [] : [...walk(object, '')];
}

function* walk(value: unknown, path: string): Generator<PodSpec> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, `${path}[${index}]`);
    return;
  }
  if (!isMap(value)) return;
  if (LISTS.some((list) => Array.isArray(value[list]))) yield { path, spec: value };
  for (const [key, item] of Object.entries(value)) yield* walk(item, path === '' ? key : `${path}.${key}`);
}

/** One place that names an image. */
export interface ImageField {
  /** Dotted path inside the object, such as `spec.containers[0].image`. */
  readonly path: string;
  readonly image: string;
}

/** Images of containers and init containers, and of image volumes; ephemeral containers cannot be applied. */
export function imagesOf(object: KubeObject): ImageField[] {
  const found: ImageField[] = [];
  rewriteImages(object, (image, path) => {
    found.push({ path, image });
    return image;
  });
  return found;
}

/** A copy of the object in which every image is what `rewrite` makes of it. */
export function rewriteImages(
  object: KubeObject,
  rewrite: (image: string, path: string) => string,
): KubeObject {
  if (NO_PODS.has(groupKind(object))) return object;
  return rewriteIn(object, '', rewrite) as KubeObject;
}

function rewriteIn(value: unknown, path: string, rewrite: (image: string, path: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => rewriteIn(item, `${path}[${index}]`, rewrite));
  if (!isMap(value)) return value;
  const isPod = LISTS.some((list) => Array.isArray(value[list]));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const here = path === '' ? key : `${path}.${key}`;
      const inner = rewriteIn(item, here, rewrite);
      if (!isPod || !Array.isArray(inner)) return [key, inner];
      if (key === 'containers' || key === 'initContainers') {
        return [key, inner.map((one, index) => withImage(one, `${here}[${index}]`, rewrite))];
      }
      if (key === 'volumes')
        return [key, inner.map((one, index) => withVolume(one, `${here}[${index}]`, rewrite))];
      return [key, inner];
    }),
  );
}

function withImage(
  container: unknown,
  path: string,
  rewrite: (image: string, path: string) => string,
): unknown {
  if (!isMap(container) || typeof container.image !== 'string') return container;
  return { ...container, image: rewrite(container.image, `${path}.image`) };
}

function withVolume(
  volume: unknown,
  path: string,
  rewrite: (image: string, path: string) => string,
): unknown {
  if (!isMap(volume) || !isMap(volume.image) || typeof volume.image.reference !== 'string') return volume;
  const reference = rewrite(volume.image.reference, `${path}.image.reference`);
  return { ...volume, image: { ...volume.image, reference } };
}
