// PATCH by media type: server-side apply, JSON merge patch and strategic merge patch.
import { parse } from 'yaml';
import { type Fields, fieldsOf, isFields, type KubeObject } from '../object.ts';
import { type Api, getObject, type Target, type WriteOptions } from './api.ts';
import { badRequest, unsupportedMediaType } from './api-error.ts';
import { groupVersionOf } from './resources.ts';
import { strategicMerge } from './strategic-merge.ts';
import { topologyOf } from './topology.ts';
import { applyObject, replaceObject } from './writing.ts';

const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const supported = [MERGE, STRATEGIC, APPLY];

export interface Patch {
  readonly type: string;
  readonly text: string;
}

/** Throws 415 for the patches that are left out, 400 for a body that cannot be read. */
export function patchObject(api: Api, patch: Patch, target: Target, options: WriteOptions): KubeObject {
  const body = read(patch);
  if (patch.type !== APPLY) {
    const before = getObject(api, target);
    // Custom resources have no schema for it, and a real API server refuses it for them as well.
    if (patch.type === STRATEGIC && target.resource.schema)
      throw unsupportedMediaType(patch.type, [MERGE, APPLY]);
    const merge = patch.type === MERGE ? mergePatch : strategically(target);
    return replaceObject(api, asObject(merge(before, body), target), target, options);
  }
  if (options.manager === '')
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  return applyObject(api, asObject(body, target), target, options);
}

function strategically({ resource }: Target): typeof mergePatch {
  return (before, patch) => strategicMerge(before, patch, topologyOf(resource));
}

function read({ type, text }: Patch): Fields {
  if (!supported.includes(type)) throw unsupportedMediaType(type, supported);
  try {
    const body: unknown = type === APPLY ? parse(text, { version: '1.1' }) : JSON.parse(text);
    if (isFields(body)) return body;
  } catch (cause) {
    throw badRequest(`error decoding ${type}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  throw badRequest(`error decoding ${type}: the body is not an object`);
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Fields = { ...fieldsOf(target) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** Checks that a body is an object of the path it was sent to. Throws 400 otherwise. */
export function asObject(body: unknown, target: Pick<Target, 'resource' | 'namespace' | 'name'>): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = fieldsOf(body);
  const { resource } = target;
  const expected = groupVersionOf(resource);
  if (apiVersion !== undefined && (apiVersion !== expected || kind !== resource.kind)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind} ${expected}): got ${kind} ${apiVersion}`,
    );
  }
  const given = fieldsOf(metadata);
  const name = given.name ?? target.name;
  if (target.name !== '' && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  if (given.namespace !== undefined && given.namespace !== '' && given.namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return {
    ...rest,
    apiVersion: expected,
    kind: resource.kind,
    metadata: { ...given, name: String(name ?? '') },
  };
}
