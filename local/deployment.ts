// The names and OCIDs a region needs from its twin before any service starts.
import { TwinError } from './twin.ts';
import type { Twin, TwinResource } from './types.ts';

export interface Deployment {
  /** OCI region identifier. */
  readonly region: string;
  readonly tenancyId: string;
  readonly compartmentId: string;
  readonly namespace: string;
  readonly sourceBucket: string;
  readonly stateBucket: string;
}

/** Finds them in the resources, as outputs may be named at will. Throws TwinError naming what is missing. */
export function deploymentOf(twin: Twin): Deployment {
  const bucket = first(twin, 'oci_objectstorage_bucket');
  const compartmentId = text(bucket, 'compartment_id');
  const config = functionConfig(twin);
  return {
    region: config.GALLEY_REGION ?? regionOfOcid(text(first(twin, 'oci_functions_function'), 'id')),
    tenancyId: tenancyOf(twin),
    compartmentId,
    namespace: text(bucket, 'namespace'),
    sourceBucket: config.GALLEY_BUCKET_NAME ?? missing('GALLEY_BUCKET_NAME'),
    stateBucket: config.GALLEY_STATE_BUCKET_NAME ?? missing('GALLEY_STATE_BUCKET_NAME'),
  };
}

/** Something lies in the root: dynamic groups do always (facts: terraform 2, Identity), policies often. */
function tenancyOf(twin: Twin): string {
  const roots = twin.resources
    .map(({ values }) => values.compartment_id)
    .filter((id): id is string => typeof id === 'string' && id.startsWith('ocid1.tenancy.'));
  const [id = twin.outputs.tenancy_id] = roots;
  if (typeof id === 'string' && id !== '') return id;
  return text(first(twin, 'oci_identity_dynamic_group'), 'compartment_id');
}

/** The configuration of application and functions together, as far as it is text. */
function functionConfig(twin: Twin): Record<string, string> {
  const resources = [...twin.of('oci_functions_application'), ...twin.of('oci_functions_function')];
  const entries = resources.flatMap(({ values }) => Object.entries(values.config ?? {}));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function first(twin: Twin, type: string): TwinResource {
  const [resource] = twin.of(type);
  if (resource === undefined)
    throw new TwinError(`The Terraform state has no ${type}: it is not one of deploy/.`);
  return resource;
}

function text(resource: TwinResource, attribute: string): string {
  const value = resource.values[attribute];
  if (typeof value === 'string' && value !== '') return value;
  throw new TwinError(`${resource.type}.${resource.name} has no ${attribute} in the Terraform state.`);
}

/** `ocid1.<type>.<realm>.<region>.<unique>` */
function regionOfOcid(ocid: string): string {
  return ocid.split('.')[3] || missing('GALLEY_REGION');
}

function missing(variable: string): never {
  throw new TwinError(`No function of the Terraform state has ${variable} in its config.`);
}
