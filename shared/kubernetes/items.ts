// Manifests that found their place in the cluster: resource, scope and namespace are known.
import pMap from 'p-map';
import { CONCURRENCY } from './api.ts';
import type { Discovery, Resource } from './discovery.ts';
import type { Manifest, Problem } from './manifests.ts';
import { groupKind, type KubeObject, keyOf, listAt, textAt, titleOf } from './objects.ts';

/** One object of the set, ready to be sent. */
export interface Item extends Manifest {
  readonly resource: Resource;
  /** Group, kind, namespace and name in one text: `keyOf`. */
  readonly key: string;
  /** Its CRD comes with this set and is not in the cluster yet, so the server cannot be asked about it. */
  readonly isNew: boolean;
}

/**
 * Looks every kind up and puts the objects into their namespace. Problems are kinds the server does not have, and
 * objects that are there twice.
 */
export async function itemsOf(
  manifests: readonly Manifest[],
  { discovery, namespace }: { discovery: Discovery; namespace: string },
): Promise<{ items: Item[]; problems: Problem[] }> {
  const coming = manifests.flatMap(({ object }) => resourcesOfCrd(object));
  const problems: Problem[] = [];
  const found = await pMap(
    manifests,
    async (manifest) => {
      const { apiVersion, kind } = manifest.object;
      const served = await discovery.find(apiVersion, kind);
      const resource = served ?? coming.find((one) => one.apiVersion === apiVersion && one.kind === kind);
      return { manifest, resource, isNew: served === undefined };
    },
    { concurrency: CONCURRENCY },
  );
  const items = found.flatMap(({ manifest, resource, isNew }): Item[] => {
    if (resource) return [itemOf(manifest, { resource, namespace, isNew })];
    problems.push(unknownKind(manifest));
    return [];
  });
  return { items, problems: [...problems, ...twice(items)] };
}

function itemOf(manifest: Manifest, place: { resource: Resource; namespace: string; isNew: boolean }): Item {
  const { namespace: _, ...metadata } = manifest.object.metadata;
  const namespace = manifest.object.metadata.namespace ?? place.namespace;
  const object: KubeObject = {
    ...manifest.object,
    metadata: place.resource.isNamespaced ? { ...metadata, name: metadata.name, namespace } : metadata,
  };
  return { ...manifest, object, resource: place.resource, key: keyOf(object), isNew: place.isNew };
}

function unknownKind({ object, ...origin }: Manifest): Problem {
  const { apiVersion, kind } = object;
  const message = `the cluster has no kind ${kind} in ${apiVersion}; is it misspelt, too new or old, or is its CRD missing?`;
  return { ...origin, object: titleOf(object), field: 'kind', message };
}

function twice(items: readonly Item[]): Problem[] {
  const first = new Map<string, Item>();
  return items.flatMap(({ key, object, file, document }) => {
    const other = first.get(key);
    first.set(key, other ?? ({ key, object, file, document } as Item));
    if (!other) return [];
    const message = `is there already: ${other.file}, document ${other.document}`;
    return [{ file, document, object: titleOf(object), message }];
  });
}

/** The resources a CustomResourceDefinition of the set will serve. */
function resourcesOfCrd(object: KubeObject): Resource[] {
  if (groupKind(object) !== 'CustomResourceDefinition.apiextensions.k8s.io') return [];
  const group = textAt(object, 'spec', 'group') ?? '';
  const kind = textAt(object, 'spec', 'names', 'kind') ?? '';
  const plural = textAt(object, 'spec', 'names', 'plural') ?? '';
  const isNamespaced = textAt(object, 'spec', 'scope') !== 'Cluster';
  return listAt(object, 'spec', 'versions').map((version) => ({
    apiVersion: `${group}/${textAt(version, 'name') ?? ''}`,
    kind,
    plural,
    isNamespaced,
  }));
}
