// OCIDs that are the same in every run: made from what names the resource.
import { createHash } from 'node:crypto';

/** The <type> of `ocid1.<type>.…` for each resource that has an OCID, and whether it is the same in all regions. */
const TYPES: Readonly<Record<string, { readonly type: string; readonly isGlobal?: true }>> = {
  oci_artifacts_container_repository: { type: 'containerrepo' },
  oci_core_instance: { type: 'instance' },
  oci_core_nat_gateway: { type: 'natgateway' },
  oci_core_network_security_group: { type: 'networksecuritygroup' },
  oci_core_route_table: { type: 'routetable' },
  oci_core_service_gateway: { type: 'servicegateway' },
  oci_core_subnet: { type: 'subnet' },
  oci_core_vcn: { type: 'vcn' },
  oci_events_rule: { type: 'eventrule' },
  oci_functions_application: { type: 'fnapp' },
  oci_functions_function: { type: 'fnfunc' },
  oci_identity_dynamic_group: { type: 'dynamicgroup', isGlobal: true },
  oci_identity_policy: { type: 'policy', isGlobal: true },
  oci_kms_key: { type: 'key' },
  oci_kms_vault: { type: 'vault' },
  oci_logging_log: { type: 'log' },
  oci_logging_log_group: { type: 'loggroup' },
  oci_monitoring_alarm: { type: 'alarm' },
  oci_objectstorage_bucket: { type: 'bucket' },
  oci_ons_notification_topic: { type: 'onstopic' },
  oci_ons_subscription: { type: 'onssubscription' },
  oci_resource_scheduler_schedule: { type: 'resourceschedule' },
  oci_vault_secret: { type: 'vaultsecret' },
};

/** The OCID of a resource of this Terraform type and name, or undefined where OCI gives none. */
export function ocidOf(
  resource: string,
  { name, region }: { name: string; region: string },
): string | undefined {
  const kind = TYPES[resource];
  if (kind === undefined) return undefined;
  return ocid(kind.type, { name, region: kind.isGlobal === true ? '' : region });
}

/** An OCID such as `ocid1.fnfunc.oc1.eu-frankfurt-1.aaaaaaaa…`: 60 characters that hang on type and name alone. */
export function ocid(type: string, { name, region }: { name: string; region: string }): string {
  const hash = createHash('sha256').update(`${type}/${name}`).digest('hex');
  return `ocid1.${type}.oc1.${region}.aaaaaaaa${hash.slice(0, 52)}`;
}
