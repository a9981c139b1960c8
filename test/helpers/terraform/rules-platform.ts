// Compute, network, events, clock, logging, and the provider's own settings.
import common from 'oci-common';
import { holds, lasts, matches, oneOf, within } from './checks.ts';
import type { Known } from './paths.ts';
import type { Rule } from './refusals.ts';
import { isObject, type ObjectValue } from './values.ts';

/** Metadata and extended metadata together (Core API, LaunchInstanceDetails). */
const METADATA_LIMIT_BYTES = 32_000;

/** Names are Oracle's, to the letter (Compute/Tasks/manage-plugins); an unknown one is ignored in silence. */
const PLUGINS = [
  'Bastion',
  'Block Volume Management',
  'Cloud Guard Workload Protection',
  'Compute Instance Monitoring',
  'Compute Instance Run Command',
  'Custom Logs Monitoring',
  'Fleet Application Management Service',
  'Management Agent',
  'OS Management Hub Agent',
  'Vulnerability Scanning',
];

function metadata(value: Known): string | undefined {
  const bytes = isObject(value) ? Buffer.byteLength(Object.entries(value).flat().map(String).join('')) : 0;
  return bytes > METADATA_LIMIT_BYTES ? `${bytes} bytes; OCI takes ${METADATA_LIMIT_BYTES}` : undefined;
}

/** Flexible shapes take 1 to 64 GB for each OCPU (Compute/References/computeshapes). */
function memory(value: Known): string | undefined {
  const [ocpus, gbs] = isObject(value) ? [Number(value.ocpus), Number(value.memory_in_gbs)] : [1, 1];
  return gbs >= ocpus && gbs <= ocpus * 64
    ? undefined
    : `${gbs} GB for ${ocpus} OCPUs: it is 1 to 64 for each`;
}

/** One run an hour at most: the scheduler refuses what comes more often (facts storage-events-functions, G). */
function cron(value: Known, { recurrence_type }: ObjectValue): string | undefined {
  if (recurrence_type !== 'CRON') return undefined;
  const isHourly = /^([0-5]?\d) (\S+) (\S+) (\S+) (\S+)$/.test(String(value));
  return isHourly ? undefined : `"${String(value)}" must be five fields, and one minute from 0 to 59`;
}

function eventCondition(value: Known): string | undefined {
  try {
    const parsed: unknown = JSON.parse(String(value));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? undefined
      : 'must be an object';
  } catch {
    return 'must be JSON';
  }
}

function action(value: Known): string | undefined {
  if (!isObject(value)) return undefined;
  const needed = { FAAS: 'function_id', ONS: 'topic_id', OSS: 'stream_id' }[
    String(value.action_type).toUpperCase()
  ];
  if (needed === undefined) return `action_type "${String(value.action_type)}" must be one of FAAS, ONS, OSS`;
  return value[needed] === null
    ? `an action of type ${String(value.action_type)} needs ${needed}`
    : undefined;
}

function endpoint(value: Known, { protocol }: ObjectValue): string | undefined {
  const isWrong = protocol === 'ORACLE_FUNCTIONS' && !String(value).startsWith('ocid1.fnfunc.');
  return isWrong ? `"${String(value)}" must be the OCID of a fnfunc` : undefined;
}

function isRegion(value: Known): string | undefined {
  const known = common.Region.values().map(({ regionId }) => regionId);
  return known.includes(String(value)) ? undefined : `"${String(value)}" is no region of OCI`;
}

const instance = 'oci_core_instance';
const alarm = 'oci_monitoring_alarm';
const schedule = 'oci_resource_scheduler_schedule';
const rule = 'oci_core_network_security_group_security_rule';
const dnsLabel = matches(/^[a-z][a-z0-9]{0,14}$/, 'up to 15 lower-case letters and digits, a letter first');
const topicName = matches(/^[A-Za-z0-9_-]{1,256}$/, 'letters, digits, hyphens and underscores');
const protocols = ['CUSTOM_HTTPS', 'EMAIL', 'HTTPS', 'ORACLE_FUNCTIONS', 'PAGERDUTY', 'SLACK', 'SMS'];

export const PLATFORM_RULES: readonly Rule[] = [
  { type: 'provider', at: 'region', check: isRegion },
  { type: instance, at: 'metadata', check: metadata },
  { type: instance, at: 'shape_config[]', check: memory },
  { type: instance, at: 'agent_config[].plugins_config[].name', check: oneOf(...PLUGINS) },
  {
    type: instance,
    at: 'agent_config[].plugins_config[].desired_state',
    check: oneOf('ENABLED', 'DISABLED'),
  },
  { type: instance, at: 'source_details[].boot_volume_size_in_gbs', check: within(50, 32_768) },
  {
    type: instance,
    at: 'source_details[].source_id',
    check: matches(/^ocid1\.(image|bootvolume)\./, 'an image OCID'),
  },
  { type: instance, at: 'create_vnic_details[].assign_public_ip', check: oneOf('true', 'false') },
  { type: 'oci_core_vcn', at: 'dns_label', check: dnsLabel },
  { type: 'oci_core_subnet', at: 'dns_label', check: dnsLabel },
  { type: rule, at: 'direction', check: oneOf('EGRESS', 'INGRESS') },
  { type: rule, at: 'protocol', check: oneOf('all', '1', '6', '17', '58') },
  { type: 'oci_events_rule', at: 'condition', check: eventCondition },
  { type: 'oci_events_rule', at: 'actions[].action', check: holds(1, 10) },
  { type: 'oci_events_rule', at: 'actions[].action[]', check: action },
  { type: schedule, at: 'action', check: oneOf('START_RESOURCE', 'STOP_RESOURCE', 'BACKUP_RESOURCE') },
  { type: schedule, at: 'recurrence_type', check: oneOf('CRON', 'ICAL') },
  { type: schedule, at: 'recurrence_details', check: cron },
  // Provider 8.28 sends the other kinds without their value, and so differs for ever.
  { type: schedule, at: 'resources[].parameters[].parameter_type', check: oneOf('BODY') },
  { type: alarm, at: 'pending_duration', check: lasts(60, 3600) },
  { type: alarm, at: 'repeat_notification_duration', check: lasts(60, 30 * 86_400) },
  { type: alarm, at: 'severity', check: oneOf('CRITICAL', 'ERROR', 'WARNING', 'INFO') },
  { type: alarm, at: 'message_format', check: oneOf('RAW', 'PRETTY_JSON', 'ONS_OPTIMIZED') },
  {
    type: alarm,
    at: 'query',
    check: matches(/^\w+\[\d+[mhd]\](\{.*\})?\.\w+\(\)/, 'a metric query with interval and statistic'),
  },
  { type: alarm, at: 'destinations', check: holds(1, 10) },
  { type: 'oci_ons_notification_topic', at: 'name', check: topicName },
  { type: 'oci_ons_subscription', at: 'protocol', check: oneOf(...protocols) },
  { type: 'oci_ons_subscription', at: 'endpoint', check: endpoint },
  { type: 'oci_logging_log', at: 'retention_duration', check: oneOf(30, 60, 90, 120, 150, 180) },
  { type: 'oci_logging_log', at: 'log_type', check: oneOf('SERVICE', 'CUSTOM') },
  { type: 'oci_logging_log', at: 'configuration[].source[].source_type', check: oneOf('OCISERVICE') },
  {
    type: 'time_sleep',
    at: 'create_duration',
    check: matches(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration such as 60s'),
  },
];
