// Which changes replace a resource. `providers schema -json` does not say; the provider's documentation does.
import { isEqual, isObject, type ObjectValue } from './values.ts';

/** Arguments whose change replaces, by type (website/docs/r of terraform-provider-oci 8.28). */
const REPLACES: Readonly<Record<string, readonly string[]>> = {
  oci_artifacts_container_repository: ['display_name', 'is_immutable'],
  oci_core_instance: ['availability_domain'],
  oci_core_network_security_group: ['vcn_id'],
  oci_core_network_security_group_security_rule: ['network_security_group_id', 'direction'],
  oci_core_route_table: ['vcn_id'],
  oci_core_nat_gateway: ['vcn_id'],
  oci_core_service_gateway: ['vcn_id'],
  oci_core_subnet: ['vcn_id', 'dns_label', 'availability_domain', 'prohibit_public_ip_on_vnic'],
  oci_core_vcn: ['dns_label'],
  oci_functions_application: ['display_name', 'subnet_ids', 'shape'],
  oci_functions_function: ['application_id', 'display_name'],
  oci_identity_dynamic_group: ['compartment_id', 'name'],
  oci_identity_policy: ['compartment_id', 'name'],
  oci_kms_key: ['management_endpoint', 'key_shape', 'protection_mode'],
  oci_kms_vault: ['vault_type'],
  oci_logging_log: ['log_group_id', 'log_type', 'configuration'],
  oci_objectstorage_bucket: ['namespace', 'name', 'storage_tier'],
  oci_objectstorage_object: ['namespace', 'bucket'],
  oci_ons_notification_topic: ['name'],
  oci_ons_subscription: ['topic_id', 'protocol', 'endpoint'],
  oci_vault_secret: ['secret_name', 'vault_id', 'key_id'],
  time_sleep: ['triggers'],
};

/** Paths of what replaces an instance of this type when it goes from `prior` to `planned`. */
export function replacingPaths(
  type: string,
  { prior, planned }: { prior: ObjectValue; planned: ObjectValue },
): string[][] {
  const names = (REPLACES[type] ?? []).filter((name) => !isEqual(prior[name], planned[name]));
  const paths = names.map((name) => [name]);
  return type === 'oci_core_instance' ? [...paths, ...userData(prior, planned)] : paths;
}

/** New user data or SSH keys make a new instance; other metadata is changed in place (core_instance_resource.go). */
function userData(prior: ObjectValue, planned: ObjectValue): string[][] {
  const isReplaced = ['user_data', 'ssh_authorized_keys'].some(
    (key) => !isEqual(metadataOf(prior)[key], metadataOf(planned)[key]),
  );
  return isReplaced ? [['metadata']] : [];
}

function metadataOf({ metadata }: ObjectValue): ObjectValue {
  return isObject(metadata) ? metadata : {};
}
