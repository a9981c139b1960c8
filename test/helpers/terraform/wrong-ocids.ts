// An OCID of the wrong kind: a subnet's where a VCN's belongs. OCI says no more than 404 to that.
import { attributes } from './paths.ts';
import type { Refusal } from './refusals.ts';
import type { ObjectValue } from './values.ts';

/** What `ocid1.<kind>.` an attribute of this name takes, wherever it stands. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  application_id: ['fnapp'],
  compartment_id: ['compartment', 'tenancy'],
  destinations: ['onstopic', 'stream'],
  function_id: ['fnfunc'],
  key_id: ['key'],
  log_group_id: ['loggroup'],
  manage_default_resource_id: ['securitylist'],
  metric_compartment_id: ['compartment', 'tenancy'],
  network_entity_id: [
    'natgateway',
    'servicegateway',
    'internetgateway',
    'drg',
    'localpeeringgateway',
    'privateip',
  ],
  network_security_group_id: ['networksecuritygroup'],
  network_security_group_ids: ['networksecuritygroup'],
  nsg_ids: ['networksecuritygroup'],
  route_table_id: ['routetable'],
  service_id: ['service'],
  subnet_id: ['subnet'],
  subnet_ids: ['subnet'],
  tenancy_id: ['tenancy'],
  topic_id: ['onstopic'],
  vault_id: ['vault'],
  vcn_id: ['vcn'],
};

const OCID = /^ocid1\.(?<kind>[a-z0-9]+)\.[a-z0-9-]+\.[a-z0-9-]*\.(?:[a-z0-9-]+\.)?[a-z0-9]+$/;

/** Attributes whose value is no OCID, or one of another kind. */
export function wrongOcids(type: string, value: ObjectValue): Refusal[] {
  return [...attributes(value)].flatMap(({ name, path, value: text }) => {
    const kinds = KINDS[name];
    if (kinds === undefined || typeof text !== 'string' || text === '') return [];
    const kind = OCID.exec(text)?.groups?.kind;
    if (kind !== undefined && kinds.includes(kind)) return [];
    return [
      { path, problem: `${type}: ${path.join('.')}: "${text}" must be the OCID of a ${kinds.join(' or ')}` },
    ];
  });
}
