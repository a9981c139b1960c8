// Creating, replacing, patching and applying objects: every write ends in `commit`.
import { randomBytes, randomUUID } from 'node:crypto';
import type { KubeObject } from '../object.ts';
import { type Api, getObject, namedOf, type Target, timestamp, type WriteOptions } from './api.ts';
import { alreadyExists, badRequest, forbidden, notFound, staleVersion, untypedPatch } from './api-error.ts';
import { commit } from './commit.ts';
import { unknownFields } from './known-fields.ts';
import { applyConfiguration, ownAfterUpdate } from './managed-fields.ts';
import type { Writer } from './manager-entries.ts';
import { findDuplicate } from './merge.ts';
import { builtIn } from './resources.ts';
import { topologyOf } from './topology.ts';
import { mistypedValue } from './typed-values.ts';
import { refuseUnknownFields } from './validation.ts';

const hasStatus = (target: Target): boolean => target.resource.subresources.includes('status');

/** POST: 201, or throws 409 AlreadyExists, 404 for a namespace that is not there, 400, 403 or 422. */
export function createObject(api: Api, given: KubeObject, target: Target, options: WriteOptions): KubeObject {
  const name =
    given.metadata.name ||
    `${given.metadata.generateName ?? ''}${randomBytes(3).toString('hex').slice(0, 5)}`;
  const named = { ...target, name };
  if (options.isStrict) refuseUnknownFields(given, target.resource);
  refuseNamespace(api, named);
  if (api.store.get(named)) throw alreadyExists(namedOf(named));
  const { status, ...rest } = given;
  const body = hasStatus(target) || status === undefined ? rest : given;
  const fresh = newObject(api, { ...body, metadata: { ...given.metadata, name } } as KubeObject, named);
  const owned = ownAfterUpdate(undefined, fresh, writer(api, named, options));
  return commit(api, undefined, { object: owned, target: named, options });
}

function newObject(api: Api, object: KubeObject, { resource, namespace, name }: Target): KubeObject {
  const place = resource.namespaced ? { namespace } : {};
  const identity = {
    name,
    ...place,
    uid: randomUUID(),
    generation: 1,
    creationTimestamp: timestamp(api.now()),
  };
  return { ...object, metadata: { ...object.metadata, ...identity } };
}

function refuseNamespace(api: Api, target: Target): void {
  if (!target.resource.namespaced) return;
  const key = { resource: builtIn('Namespace'), namespace: '', name: target.namespace };
  const namespace = api.store.get(key);
  if (!namespace) throw notFound(namedOf(key));
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${target.namespace} because it is being terminated`;
  throw forbidden(namedOf(target), why);
}

function writer(api: Api, target: Target, { manager }: WriteOptions): Writer {
  const sub = target.subresource === undefined ? {} : { subresource: target.subresource };
  return { resource: target.resource, manager, now: api.now(), ...sub };
}

/** PUT, also of `status`: throws 404, and 409 when the object has changed since the given resourceVersion. */
export function replaceObject(
  api: Api,
  given: KubeObject,
  target: Target,
  options: WriteOptions,
): KubeObject {
  const before = getObject(api, target);
  if (options.isStrict) refuseUnknownFields(given, target.resource);
  refuseStale(before, given, target);
  const after = onlyWritable(before, given, target);
  return commit(api, before, {
    object: ownAfterUpdate(before, after, writer(api, target, options)),
    target,
    options,
  });
}

function refuseStale(before: KubeObject, given: KubeObject, target: Target): void {
  const { resourceVersion, uid } = given.metadata;
  const isStale = resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion;
  if (isStale || (uid !== undefined && uid !== before.metadata.uid)) throw staleVersion(namedOf(target));
}

/** A write to `status` changes nothing else, a write to the object leaves `status`, and nobody changes identity. */
function onlyWritable(before: KubeObject, given: KubeObject, target: Target): KubeObject {
  if (target.subresource === 'status') return withStatus(before, given.status);
  const { uid, creationTimestamp, generation, deletionTimestamp, managedFields } = before.metadata;
  const kept = Object.fromEntries(
    Object.entries({ uid, creationTimestamp, generation, deletionTimestamp, managedFields }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const metadata = { ...given.metadata, ...kept, name: before.metadata.name };
  const after = { ...given, metadata };
  return hasStatus(target) ? withStatus(after, before.status) : after;
}

function withStatus(object: KubeObject, status: KubeObject['status']): KubeObject {
  const { status: _, ...rest } = object;
  return (status === undefined ? rest : { ...rest, status }) as KubeObject;
}

/** Server-side apply: creates or merges. Throws 409 naming the fields other managers own, unless forced. */
export function applyObject(api: Api, config: KubeObject, target: Target, options: WriteOptions): KubeObject {
  const before = api.store.get(target);
  refuseUntyped(config, target);
  if (before) refuseStale(before, config, target);
  else if (target.subresource !== undefined) throw notFound(namedOf(target));
  else refuseNamespace(api, target);
  const named = { ...config, metadata: { ...config.metadata, name: target.name } };
  const application = {
    ...writer(api, target, options),
    force: options.force ?? false,
  };
  const applied = applyConfiguration(before, named, application);
  const after = before ? onlyWritable(before, applied, target) : newObject(api, applied, target);
  const managedFields = applied.metadata.managedFields ?? [];
  const object = { ...after, metadata: { ...after.metadata, managedFields } };
  return commit(api, before, { object, target, options });
}

function refuseUntyped(config: KubeObject, { resource }: Target): void {
  if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const [unknown] = resource.schema ? [] : unknownFields(config);
  if (unknown !== undefined) throw untypedPatch(config, `.${unknown.byKey}: field not declared in schema`);
  const mistyped = mistypedValue(config);
  if (mistyped !== undefined) throw untypedPatch(config, mistyped);
  const duplicate = findDuplicate(config, topologyOf(resource));
  if (duplicate !== undefined) throw untypedPatch(config, duplicate);
}
