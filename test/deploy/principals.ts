// Who acts in a deployment: the principals of the default twin, and some that have nothing to do with it.
import { readTwin } from '../../local/twin.ts';
import type { Principal } from '../../local/types.ts';
import { DEFAULT_TWIN } from '../helpers/terraform/twin.ts';

const twin = readTwin(DEFAULT_TWIN);
export const tenancyId = String(twin.outputs.tenancy_id);
export const compartmentId = String(twin.outputs.compartment_id);
export const clusterId = String(twin.outputs.galley_cluster_id);
const idOf = (type: string, name: string): string =>
  String(twin.of(type).find((resource) => resource.name === name)?.values.id);

const place = { compartmentId, tenancyId };
export const fn = (name: string): Principal => ({
  ...place,
  kind: 'resource',
  type: 'fnfunc',
  id: idOf('oci_functions_function', name),
});
const actor = (type: string, id: string): Principal => ({ ...place, kind: 'resource', type, id });
export const instanceId = idOf('oci_core_instance', 'build');

export const PRINCIPALS = {
  'upload-trigger': fn('upload_trigger'),
  'poll-build': fn('poll_build'),
  apply: fn('apply'),
  'Build Instance': { ...place, kind: 'instance', type: 'instance', id: instanceId },
  'a strange instance': {
    kind: 'instance',
    type: 'instance',
    id: 'ocid1.instance.oc1..x',
    tenancyId,
    compartmentId: tenancyId,
  },
  'a strange function': { ...place, kind: 'resource', type: 'fnfunc', id: 'ocid1.fnfunc.oc1..x' },
  'the rule for uploads': actor('eventrule', idOf('oci_events_rule', 'upload')),
  'a rule of another compartment': { ...actor('eventrule', 'x'), compartmentId: 'ocid1.compartment.oc1..x' },
  'the hourly schedule': actor('resourceschedule', idOf('oci_resource_scheduler_schedule', 'hourly')),
  'another schedule': actor('resourceschedule', 'ocid1.resourceschedule.oc1..x'),
  'the clock': actor('onssubscription', idOf('oci_ons_subscription', 'clock')),
  'Object Storage': { ...place, kind: 'service', type: 'service', id: 'objectstorage-eu-frankfurt-1' },
} as const satisfies Record<string, Principal>;
