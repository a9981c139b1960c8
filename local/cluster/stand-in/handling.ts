// One request on a resource: which operation it asks for.
import { type Fields, fieldsOf } from '../object.ts';
import { type Api, findResource, getObject, keyOf, type Target, type WriteOptions } from './api.ts';
import { badRequest, methodNotAllowed, noSuchResource, unsupportedMediaType } from './api-error.ts';
import { bind } from './binding.ts';
import { deleteObject, deleteOptions } from './deleting.ts';
import { asObject, patchObject } from './patching.ts';
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

/** The body as JSON; undefined when there is none. Throws 400 or 415. */
export function json(request: ApiRequest): unknown {
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
