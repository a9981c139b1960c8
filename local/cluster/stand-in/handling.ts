// One request on a resource: which operation it asks for.
import { randomUUID } from 'node:crypto';
import { at, type Fields, fieldsOf, type KubeObject } from '../object.ts';
import {
  type Api,
  findResource,
  getObject,
  keyOf,
  type Target,
  timestamp,
  type WriteOptions,
} from './api.ts';
import { badRequest, methodNotAllowed, noSuchResource, unsupportedMediaType } from './api-error.ts';
import type { User } from './authentication.ts';
import { deleteObject, deleteOptions } from './deleting.ts';
import { asObject, mergePatch, patchObject } from './patching.ts';
import type { ResourcePath } from './resource-path.ts';
import { getScale, setScale } from './scale.ts';
import { listObjects, selectionOf, selectObjects } from './watching.ts';
import { createObject, replaceObject } from './writing.ts';

export interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly text: string;
  readonly userAgent: string;
}

export interface ApiReply {
  readonly status: number;
  readonly body: Fields;
}

/** Answers everything but watches and logs. Throws ApiError. */
export function handle(api: Api, path: ResourcePath, request: ApiRequest): ApiReply {
  const resource = findResource(api, path);
  const target: Target = {
    resource,
    namespace: path.namespace ?? '',
    name: path.name ?? '',
    ...(path.subresource === undefined ? {} : { subresource: path.subresource }),
  };
  if (path.name === undefined) return onCollection(api, target, { request, path });
  if (path.subresource === undefined) return onObject(api, target, request);
  if (!resource.subresources.includes(path.subresource)) throw noSuchResource();
  return onSubresource(api, target, request);
}

function writeOptions({ query, userAgent }: ApiRequest): WriteOptions {
  const manager = query.get('fieldManager') ?? (userAgent.split('/')[0] || 'unknown');
  const isStrict = query.get('fieldValidation') === 'Strict';
  return { manager, isStrict, isDryRun: query.has('dryRun'), force: query.get('force') === 'true' };
}

function json(request: ApiRequest): unknown {
  if (request.text === '') return undefined;
  if (/protobuf|cbor/.test(request.contentType))
    throw unsupportedMediaType(request.contentType, ['application/json']);
  try {
    return JSON.parse(request.text);
  } catch (cause) {
    throw badRequest(
      `the object provided is unrecognized: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

function onCollection(
  api: Api,
  target: Target,
  { request, path }: { request: ApiRequest; path: ResourcePath },
): ApiReply {
  const selection = selectionOf({ resource: target.resource, namespace: path.namespace }, request.query);
  switch (request.method) {
    case 'GET':
      return { status: 200, body: listObjects(api, selection) };
    case 'POST':
      return {
        status: 201,
        body: createObject(api, asObject(json(request), target), target, writeOptions(request)),
      };
    case 'DELETE': {
      const options = deleteOptions(json(request), request.query);
      for (const object of selectObjects(api, selection))
        deleteObject(api, keyOf(target.resource, object), options);
      return { status: 200, body: listObjects(api, selection) };
    }
    default:
      throw methodNotAllowed();
  }
}

function onObject(api: Api, target: Target, request: ApiRequest): ApiReply {
  const options = writeOptions(request);
  switch (request.method) {
    case 'GET':
      return { status: 200, body: getObject(api, target) };
    case 'PUT':
      return { status: 200, body: replaceObject(api, asObject(json(request), target), target, options) };
    case 'PATCH': {
      const status = api.store.get(target) ? 200 : 201;
      const manager = request.contentType.includes('apply')
        ? (request.query.get('fieldManager') ?? '')
        : options.manager;
      return {
        status,
        body: patchObject(api, { type: request.contentType, text: request.text }, target, {
          ...options,
          manager,
        }),
      };
    }
    case 'DELETE':
      return { status: 200, body: deleteObject(api, target, deleteOptions(json(request), request.query)) };
    default:
      throw methodNotAllowed();
  }
}

function onSubresource(api: Api, target: Target, request: ApiRequest): ApiReply {
  const options = writeOptions(request);
  if (target.subresource === 'binding')
    return { status: 201, body: bind(api, target, { body: json(request), options }) };
  if (target.subresource === 'scale') {
    return {
      status: 200,
      body:
        request.method === 'GET'
          ? getScale(api, target)
          : setScale(api, fieldsOf(json(request)), target, options),
    };
  }
  if (target.subresource === 'finalize') return { status: 200, body: getObject(api, target) };
  return onObject(api, target, request);
}

/** What a scheduler does: the pod is on that node from now on. */
function bind(api: Api, target: Target, { body, options }: { body: unknown; options: WriteOptions }): Fields {
  const pod = getObject(api, target);
  const time = timestamp(api.now());
  const nodeName = at(body, 'target', 'name');
  const { subresource: _, ...whole } = target;
  replaceObject(api, { ...pod, spec: { ...pod.spec, nodeName } }, whole, options);
  const conditions = [
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time },
  ];
  const scheduled = mergePatch(getObject(api, whole), { status: { conditions } }) as KubeObject;
  replaceObject(api, scheduled, { ...whole, subresource: 'status' }, options);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

/** Reviews are answered and not stored: RBAC is left out, so access is always allowed. */
export function review(plural: string, request: ApiRequest, user: User): ApiReply | undefined {
  const given = fieldsOf(json(request));
  if (plural === 'selfsubjectaccessreviews') {
    const status = { allowed: true, reason: 'the stand-in does not evaluate RBAC' };
    return {
      status: 201,
      body: { ...given, kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', status },
    };
  }
  if (plural !== 'selfsubjectreviews') return undefined;
  const userInfo = { username: user.username, groups: user.groups, uid: randomUUID() };
  return {
    status: 201,
    body: {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      status: { userInfo },
    },
  };
}
