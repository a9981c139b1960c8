// What controllers do to objects: find those an owner controls, create them, scale them, state their status.
import { createHash, randomInt } from 'node:crypto';
import { controllerOf, type Fields, fieldsOf, type KubeObject } from '../../object.ts';
import { type Api, CONTROLLER_MANAGER, keyOf, type Target } from '../api.ts';
import { builtIn } from '../resources.ts';
import { createObject, replaceObject } from '../writing.ts';

const options = { manager: CONTROLLER_MANAGER };
/** Kubernetes' alphabet for generated names: no vowels, no characters that look alike. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function targetOf(object: KubeObject): Target {
  return keyOf(builtIn(object.kind), object);
}

/** Objects of a kind that name `owner` as their controller. */
export function ownedBy(api: Api, owner: KubeObject, kind: string): KubeObject[] {
  return api.store
    .list(builtIn(kind), owner.metadata.namespace ?? '')
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
}

/** The objects of a kind a controller works on: those that are not on their way out. */
export function liveObjects(api: Api, kind: string, namespace: string): KubeObject[] {
  return api.store
    .list(builtIn(kind), namespace)
    .filter((object) => object.metadata.deletionTimestamp === undefined);
}

/** Creates an object owned by `owner`, in its namespace. Throws ApiError. */
export function createOwned(
  api: Api,
  owner: KubeObject,
  body: Fields & { kind: string; metadata: Fields & { name: string } },
): KubeObject {
  const { apiVersion, kind, metadata } = owner;
  const reference = {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  const resource = builtIn(body.kind);
  const namespace = metadata.namespace ?? '';
  const version = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const object = {
    ...body,
    apiVersion: version,
    metadata: { ...body.metadata, namespace, ownerReferences: [reference] },
  };
  return createObject(api, object as KubeObject, { resource, namespace, name: body.metadata.name }, options);
}

/** A pod from a template, owned by `owner`. */
export function createPod(
  api: Api,
  owner: KubeObject,
  pod: { name: string; template: unknown; labels?: Record<string, string>; spec?: Fields },
): KubeObject {
  const template = fieldsOf(pod.template);
  const metadata = fieldsOf(template.metadata);
  const labels = { ...fieldsOf(metadata.labels), ...pod.labels };
  const annotations = metadata.annotations === undefined ? {} : { annotations: metadata.annotations };
  const spec = { ...fieldsOf(template.spec), ...pod.spec };
  return createOwned(api, owner, { kind: 'Pod', metadata: { name: pod.name, labels, ...annotations }, spec });
}

export function writeStatus(api: Api, object: KubeObject, status: Fields): KubeObject {
  return replaceObject(api, { ...object, status }, { ...targetOf(object), subresource: 'status' }, options);
}

export function update(api: Api, object: KubeObject): KubeObject {
  return replaceObject(api, object, targetOf(object), options);
}

export function scaleTo(api: Api, object: KubeObject, replicas: number): KubeObject {
  if (object.spec?.replicas === replicas) return object;
  return update(api, { ...object, spec: { ...object.spec, replicas } });
}

export function randomSuffix(): string {
  return Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** A name for a template that is the same for the same content, whatever the order of its fields. */
export function templateHash(template: unknown): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify(sorted(template)))
    .digest();
  return Array.from(bytes.subarray(0, 10), (byte) => alphabet[byte % alphabet.length]).join('');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
