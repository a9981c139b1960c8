// The reads of the Functions management API (20181201), answered from the twin.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import { isoTime } from '../../twin-time.ts';
import type { Call, Region, Route, Target, TwinResource } from '../../types.ts';
import { text, texts } from './definitions.ts';

const BASE = '/20181201';

/** ListApplications, GetApplication, ListFunctions, GetFunction. */
export function managementRoutes(region: Region): readonly Route[] {
  return [
    {
      operation: 'ListApplications',
      method: 'GET',
      path: `${BASE}/applications`,
      target: ({ query }) => ({ compartmentId: required(query, 'compartmentId') }),
      handle: (call) => list(call, region.twin.of('oci_functions_application'), applicationBody),
    },
    {
      operation: 'GetApplication',
      method: 'GET',
      path: `${BASE}/applications/:id`,
      target: ({ params }) => targetOf(region, find(region, 'oci_functions_application', params.id)),
      handle: ({ params }) => one(applicationBody(find(region, 'oci_functions_application', params.id))),
    },
    {
      operation: 'ListFunctions',
      method: 'GET',
      path: `${BASE}/functions`,
      target: ({ query }) =>
        targetOf(region, find(region, 'oci_functions_application', required(query, 'applicationId'))),
      handle: (call) =>
        list(call, region.twin.of('oci_functions_function'), (resource) => functionBody(region, resource)),
    },
    {
      operation: 'GetFunction',
      method: 'GET',
      path: `${BASE}/functions/:id`,
      target: ({ params }) => targetOf(region, find(region, 'oci_functions_function', params.id)),
      handle: ({ params }) => one(functionBody(region, find(region, 'oci_functions_function', params.id))),
    },
  ];
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw invalidParameter(`The query parameter ${name} is required.`);
  return value;
}

function find(region: Region, type: string, id: string | undefined): TwinResource {
  const resource = region.twin.of(type).find(({ values }) => values.id === id);
  if (resource === undefined) throw notAuthorizedOrNotFound();
  return resource;
}

/** Where a function or an application lives, with the variables policies may ask for. */
export function targetOf(region: Region, { type, values }: TwinResource): Target {
  const isFunction = type === 'oci_functions_function';
  const application = isFunction ? text(values.application_id) : text(values.id);
  return {
    compartmentId: text(values.compartment_id) || region.compartmentId,
    variables: {
      'target.app.id': application,
      ...(isFunction ? { 'target.function.id': text(values.id) } : {}),
    },
  };
}

function one(body: object) {
  return { status: 200, headers: { etag: 'twin' }, body };
}

/** A bare array; the twin is small enough for one page. */
function list({ query }: Call, resources: readonly TwinResource[], body: (one: TwinResource) => object) {
  const wanted = (attribute: string, parameter: string, resource: TwinResource): boolean =>
    query.get(parameter) === null || resource.values[attribute] === query.get(parameter);
  const found = resources
    .filter((resource) => wanted('compartment_id', 'compartmentId', resource))
    .filter((resource) => wanted('application_id', 'applicationId', resource))
    .filter((resource) => wanted('display_name', 'displayName', resource))
    .filter((resource) => wanted('id', 'id', resource));
  return { status: 200, body: found.map(body) };
}

function applicationBody({ values }: TwinResource): object {
  return {
    ...common(values),
    config: texts(values.config),
    subnetIds: values.subnet_ids ?? [],
  };
}

function functionBody(region: Region, { values }: TwinResource): object {
  return {
    ...common(values),
    applicationId: values.application_id,
    image: values.image,
    imageDigest: values.image_digest,
    memoryInMBs: Number(values.memory_in_mbs),
    timeoutInSeconds: Number(values.timeout_in_seconds),
    detachedModeTimeoutInSeconds: Number(values.detached_mode_timeout_in_seconds ?? 0),
    config: texts(values.config),
    invokeEndpoint: region.endpoint,
  };
}

function common(values: TwinResource['values']): object {
  return {
    id: values.id,
    displayName: values.display_name,
    lifecycleState: values.state ?? 'ACTIVE',
    compartmentId: values.compartment_id,
    shape: values.shape,
    freeformTags: values.freeform_tags ?? {},
    definedTags: values.defined_tags ?? {},
    timeCreated: isoTime(values.time_created),
    timeUpdated: isoTime(values.time_updated),
  };
}
