// Object Storage, OCIR, Functions, Vault (facts: the resources' pages of terraform-provider-oci, service limits).
import { holds, matches, oneOf, within } from './checks.ts';
import type { Known } from './paths.ts';
import type { Rule } from './refusals.ts';
import { isObject, type ObjectValue } from './values.ts';

/** Of one application, and of one function: keys and values together, in UTF-8. */
const CONFIG_LIMIT_BYTES = 4096;

function config(value: Known): string | undefined {
  const entries = isObject(value) ? Object.entries(value) : [];
  const bad = entries.find(([key]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key));
  if (bad !== undefined)
    return `the key "${bad[0]}" must be letters, digits and underscores, not a digit first`;
  const texts = entries.map(([key, item]) => key + (typeof item === 'string' ? item : ''));
  const bytes = Buffer.byteLength(texts.join(''));
  return bytes > CONFIG_LIMIT_BYTES ? `${bytes} bytes; OCI takes ${CONFIG_LIMIT_BYTES}` : undefined;
}

function versionedOrRetained(
  _value: Known,
  { versioning, retention_rules }: ObjectValue,
): string | undefined {
  const isRetained = Array.isArray(retention_rules) && retention_rules.length > 0;
  return isRetained && versioning === 'Enabled' ? 'a versioned bucket takes no retention rules' : undefined;
}

const bucketName = matches(
  /^[A-Za-z0-9._-]{1,256}$/,
  '1 to 256 letters, digits, dots, hyphens and underscores',
);
const bucket = 'oci_objectstorage_bucket';
const lifecycle = 'oci_objectstorage_object_lifecycle_policy';
const application = 'oci_functions_application';
const fn = 'oci_functions_function';

export const DATA_RULES: readonly Rule[] = [
  { type: bucket, at: 'name', check: bucketName },
  { type: bucket, at: 'access_type', check: oneOf('NoPublicAccess', 'ObjectRead', 'ObjectReadWithoutList') },
  { type: bucket, at: 'versioning', check: oneOf('Enabled', 'Disabled', 'Suspended') },
  { type: bucket, at: 'retention_rules', check: versionedOrRetained },
  { type: lifecycle, at: 'bucket', check: bucketName },
  { type: lifecycle, at: 'rules[].action', check: oneOf('ARCHIVE', 'INFREQUENT_ACCESS', 'DELETE', 'ABORT') },
  { type: lifecycle, at: 'rules[].time_unit', check: oneOf('DAYS', 'YEARS') },
  {
    type: lifecycle,
    at: 'rules[].time_amount',
    check: matches(/^[1-9]\d*$/, 'a whole number of at least 1'),
  },
  {
    type: lifecycle,
    at: 'rules[].target',
    check: oneOf('objects', 'multipart-uploads', 'previous-object-versions'),
  },
  {
    type: 'oci_artifacts_container_repository',
    at: 'display_name',
    check: matches(
      /^[a-z0-9]+([._/-][a-z0-9]+)*$/,
      'lower-case letters and digits, with single . _ / - between',
    ),
  },
  { type: application, at: 'subnet_ids', check: holds(1, 3) },
  { type: application, at: 'shape', check: oneOf('GENERIC_X86', 'GENERIC_ARM', 'GENERIC_X86_ARM') },
  { type: application, at: 'config', check: config },
  { type: fn, at: 'memory_in_mbs', check: oneOf('128', '256', '512', '1024', '2048', '3072') },
  { type: fn, at: 'timeout_in_seconds', check: within(5, 300) },
  { type: fn, at: 'detached_mode_timeout_in_seconds', check: within(5, 3600) },
  { type: fn, at: 'image', check: matches(/^[a-z0-9.:-]+\/[a-z0-9._/-]+:[\w.-]+$/, 'an image with a tag') },
  { type: fn, at: 'image_digest', check: matches(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits') },
  { type: fn, at: 'config', check: config },
  { type: 'oci_kms_vault', at: 'vault_type', check: oneOf('DEFAULT', 'VIRTUAL_PRIVATE', 'EXTERNAL') },
  { type: 'oci_kms_key', at: 'protection_mode', check: oneOf('HSM', 'SOFTWARE', 'EXTERNAL') },
  { type: 'oci_kms_key', at: 'key_shape[].length', check: oneOf(16, 24, 32) },
  {
    type: 'oci_vault_secret',
    at: 'secret_content[].content',
    check: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'base64'),
  },
];
