// Which resources of a Terraform state the region plays, and which it leaves out.
import type { Twin } from './types.ts';

/** What the region plays of a state. Networks, logs, alarms' metrics and the like shape the cloud only. */
const PLAYED: ReadonlySet<string> = new Set([
  'oci_objectstorage_bucket',
  'oci_objectstorage_object',
  'oci_objectstorage_object_lifecycle_policy',
  'oci_functions_application',
  'oci_functions_function',
  'oci_events_rule',
  'oci_ons_notification_topic',
  'oci_ons_subscription',
  'oci_monitoring_alarm',
  'oci_core_instance',
  'oci_identity_dynamic_group',
  'oci_identity_policy',
  'oci_containerengine_cluster',
  'oci_artifacts_container_repository',
]);

/** The addresses of resources that exist in the cloud and that this region leaves out, sorted. */
export function notPlayed(twin: Twin): readonly string[] {
  const addresses = twin.resources
    .filter(({ type }) => type.startsWith('oci_') && !PLAYED.has(type))
    .map(
      ({ type, name, index }) => `${type}.${name}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`,
    );
  return addresses.sort();
}
