// Which resources of a Terraform state the region plays, and which it leaves out.
import { alwaysHolds } from './services/notifications/alarms.ts';
import type { Twin, TwinResource } from './types.ts';

/** What the region plays of a state. Networks, logs, keys and the like shape the cloud only. */
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
  'oci_resource_scheduler_schedule',
  'oci_vault_secret',
]);

/** Of some types only a part is played. */
const ONLY: Readonly<Record<string, (values: TwinResource['values']) => boolean>> = {
  // There are no metrics: an alarm fires when its query holds without any.
  oci_monitoring_alarm: ({ query }) => alwaysHolds(String(query)),
  oci_ons_subscription: ({ protocol }) => protocol === 'ORACLE_FUNCTIONS',
  oci_resource_scheduler_schedule: ({ recurrence_type, action }) =>
    recurrence_type === 'CRON' && action === 'START_RESOURCE',
  // What OCI generated is in no state.
  oci_vault_secret: ({ secret_content: content }) => Array.isArray(content) && content.length > 0,
};

function isPlayed({ type, values }: TwinResource): boolean {
  return PLAYED.has(type) && (ONLY[type]?.(values) ?? true);
}

/** The addresses of resources that exist in the cloud and that this region leaves out, sorted. */
export function notPlayed(twin: Twin): readonly string[] {
  const addresses = twin.resources
    .filter((resource) => resource.type.startsWith('oci_') && !isPlayed(resource))
    .map(
      ({ type, name, index }) => `${type}.${name}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`,
    );
  return addresses.sort();
}
