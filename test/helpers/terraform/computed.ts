// What OCI adds to a resource when it is created.
import { ocid, ocidOf } from './ocids.ts';
import type { ObjectValue, Value } from './values.ts';

/** One moment for everything: a state must not differ from run to run. */
const CREATED = '2026-01-01 00:00:00 +0000 UTC';

type Computed = (value: ObjectValue, place: Place) => ObjectValue;

export interface Place {
  readonly region: string;
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const short = (id: string): string => id.slice(-11);

/** By resource type: values beside the id, the state and the times. */
const EXTRA: Readonly<Record<string, Computed>> = {
  oci_artifacts_container_repository: () => ({ namespace: 'galley', is_immutable: false, image_count: 0 }),
  oci_core_default_security_list: ({ manage_default_resource_id }) => ({
    id: manage_default_resource_id ?? null,
  }),
  oci_core_instance: (value, { region }) => ({
    private_ip: '10.40.8.2',
    region,
    launch_mode: 'PARAVIRTUALIZED',
    state: 'RUNNING',
    boot_volume_id: ocid('bootvolume', { name: nameOf(value), region }),
  }),
  oci_core_network_security_group_security_rule: (value) => ({
    id: short(ocid('rule', { name: nameOf(value), region: '' })).toUpperCase(),
    stateless: false,
  }),
  oci_core_vcn: (value, { region }) => ({
    default_security_list_id: ocid('securitylist', { name: nameOf(value), region }),
    default_route_table_id: ocid('routetable', { name: `${nameOf(value)}/default`, region }),
  }),
  oci_functions_function: (value, { region }) => ({
    invoke_endpoint: `https://${short(text(value.application_id))}.${region}.functions.oci.oraclecloud.com`,
    shape: 'GENERIC_X86',
  }),
  oci_kms_vault: (value, { region }) => ({
    management_endpoint: `https://${short(ocid('vault', { name: nameOf(value), region }))}-management.kms.${region}.oraclecloud.com`,
    crypto_endpoint: `https://${short(ocid('vault', { name: nameOf(value), region }))}-crypto.kms.${region}.oraclecloud.com`,
  }),
  oci_objectstorage_bucket: (value, place) => ({
    id: `n/${text(value.namespace)}/b/${text(value.name)}`,
    bucket_id: ocidOf('oci_objectstorage_bucket', { name: text(value.name), region: place.region }) ?? null,
    storage_tier: 'Standard',
    auto_tiering: 'Disabled',
  }),
  oci_objectstorage_object: (value) => ({
    id: `n/${text(value.namespace)}/b/${text(value.bucket)}/o/${text(value.object)}`,
  }),
  oci_objectstorage_object_lifecycle_policy: (value) => ({
    id: `n/${text(value.namespace)}/b/${text(value.bucket)}/l`,
  }),
  oci_ons_notification_topic: (value, { region }) => ({
    topic_id: ocid('onstopic', { name: nameOf(value), region }),
    api_endpoint: `https://cell1.notification.${region}.oci.oraclecloud.com`,
  }),
  time_sleep: () => ({ id: '2026-01-01T00:00:00Z' }),
};

/** What OCI answers for a new resource, beside what was asked for. Only names of the schema are used. */
export function computedValues(
  type: string,
  { value, place }: { value: ObjectValue; place: Place },
): ObjectValue {
  return {
    id: ocidOf(type, { name: nameOf(value), region: place.region }) ?? null,
    state: 'ACTIVE',
    lifecycle_state: 'ACTIVE',
    time_created: CREATED,
    time_updated: CREATED,
    ...EXTRA[type]?.(value, place),
  };
}

/** What tells a resource from its siblings: where it is and what it is called. */
function nameOf(value: ObjectValue): string {
  const parts = ['compartment_id', 'application_id', 'topic_id', 'log_group_id', 'network_security_group_id'];
  const names = ['display_name', 'name', 'secret_name', 'protocol', 'endpoint', 'description', 'destination'];
  return [...parts, ...names].map((part) => text(value[part])).join('/');
}
