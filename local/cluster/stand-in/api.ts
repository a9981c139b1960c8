// What every operation of the stand-in works on.
import type { KubeObject } from '../object.ts';
import { type Named, noSuchResource, notFound } from './api-error.ts';
import { customResources } from './custom-resources.ts';
import type { Key, ObjectStore } from './object-store.ts';
import { builtIn, builtInResources, type Resource } from './resources.ts';

export interface Api {
  readonly store: ObjectStore;
  now(): Date;
}

/** One object, or one subresource of it. */
export interface Target extends Key {
  readonly subresource?: string;
}

export interface WriteOptions {
  readonly manager: string;
  readonly isDryRun?: boolean;
  /** Unknown fields are an error. */
  readonly isStrict?: boolean;
  /** Apply only: take over what other managers own. */
  readonly force?: boolean;
}

/** The field manager of the stand-in's own controllers. */
export const CONTROLLER_MANAGER = 'kube-controller-manager';

/** Built-in and custom resources as of now. */
export function resourcesOf(api: Api): readonly Resource[] {
  const definitions = api.store.list(builtIn('CustomResourceDefinition'));
  return [...builtInResources, ...definitions.flatMap(customResources)];
}

/** The resource behind a path. Throws 404 as the API server does for paths it does not know. */
export function findResource(api: Api, path: { group: string; version: string; plural: string }): Resource {
  const found = resourcesOf(api).find(
    (each) => each.plural === path.plural && each.group === path.group && each.version === path.version,
  );
  if (!found) throw noSuchResource();
  return found;
}

export function namedOf({ resource, name }: Key): Named {
  return { group: resource.group, plural: resource.plural, kind: resource.kind, name };
}

export function getObject(api: Api, key: Key): KubeObject {
  const object = api.store.get(key);
  if (!object) throw notFound(namedOf(key));
  return object;
}

/** The key an object is stored under. */
export function keyOf(resource: Resource, object: KubeObject): Key {
  return {
    resource,
    namespace: resource.namespaced ? (object.metadata.namespace ?? '') : '',
    name: object.metadata.name,
  };
}

/** RFC 3339 in seconds, as Kubernetes writes times. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}
