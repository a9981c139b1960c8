// The tenancy as far as a Terraform state tells it.
import { createHash } from 'node:crypto';
import type { Region, Twin, TwinResource } from '../../types.ts';
import type { Compartment } from './compartments.ts';
import { ADMINISTRATORS, DEVELOPERS, type User } from './users.ts';
import { createWorld, type Group, type PolicyText, type World } from './world.ts';

/** The policy every tenancy is born with (Identity/Concepts/policygetstarted). */
const TENANT_ADMIN_POLICY = {
  name: 'Tenant Admin Policy',
  statements: [`Allow group ${ADMINISTRATORS} to manage all-resources in tenancy`],
};

/** Throws ServiceError 400 naming the policy or dynamic group that OCI would have refused. */
export function worldOfTwin(region: Region, users: readonly User[]): World {
  const { twin, tenancyId } = region;
  const policies = [
    { ...TENANT_ADMIN_POLICY, id: ocid('policy', tenancyId), compartmentId: tenancyId },
    ...twin.of('oci_identity_policy').map(policyOf),
  ];
  return createWorld({
    compartments: compartmentsOf(twin, { tenancyId, policies }),
    groups: groupsOf(twin, { tenancyId, policies, users }),
    dynamicGroups: twin.of('oci_identity_dynamic_group').map((group) => ({
      id: text(group, 'id'),
      name: text(group, 'name'),
      matchingRule: text(group, 'matching_rule'),
    })),
    policies,
  });
}

function policyOf(policy: TwinResource): PolicyText {
  const statements = policy.values.statements;
  return {
    id: text(policy, 'id'),
    name: text(policy, 'name'),
    compartmentId: text(policy, 'compartment_id'),
    statements: Array.isArray(statements) ? statements.map(String) : [],
  };
}

/** Those Terraform made, with their parents, and below the root all others that anything lies in. */
function compartmentsOf(
  twin: Twin,
  known: { tenancyId: string; policies: readonly PolicyText[] },
): Compartment[] {
  const root = { id: known.tenancyId, name: 'galley', parentId: undefined };
  const made = twin.of('oci_identity_compartment').map((one) => ({
    id: text(one, 'id'),
    name: text(one, 'name'),
    parentId: text(one, 'compartment_id'),
  }));
  const mentioned = [
    ...twin.resources.map(({ values }) => values.compartment_id),
    ...references(known.policies, /\bcompartment\s+id\s+(\S+)/gi),
  ];
  const compartments = new Map<string, Compartment>([root, ...made].map((one) => [one.id, one]));
  for (const id of mentioned) {
    if (typeof id !== 'string' || compartments.has(id)) continue;
    // Its real name is not in the state; the last part of the OCID stands for it.
    compartments.set(id, { id, name: id.split('.').at(-1) ?? id, parentId: known.tenancyId });
  }
  return [...compartments.values()];
}

/**
 * Administrators, the groups of the twin, and those its policies name though others made them: the developer
 * is in all but the first.
 */
function groupsOf(
  twin: Twin,
  known: { tenancyId: string; policies: readonly PolicyText[]; users: readonly User[] },
): Group[] {
  const members = (name: string): string[] =>
    known.users.filter(({ groups }) => groups.includes(name)).map(({ id }) => id);
  const developers = members(DEVELOPERS);
  const groups: Group[] = [
    { id: ocid('group', ADMINISTRATORS), name: ADMINISTRATORS, members: members(ADMINISTRATORS) },
    ...twin.of('oci_identity_group').map((one) => ({
      id: text(one, 'id'),
      name: text(one, 'name'),
      members: developers,
    })),
  ];
  for (const id of references(known.policies, /\bgroup\s+id\s+(ocid1\.group\.[^\s,]+)/gi)) {
    if (!groups.some((one) => one.id === id)) groups.push({ id, name: DEVELOPERS, members: developers });
  }
  const named = references(known.policies, /^\s*allow\s+group\s+(?!id\s)'?([\w.-]+)/gi);
  for (const name of [DEVELOPERS, ...named]) {
    if (groups.some((one) => one.name === name)) continue;
    groups.push({ id: ocid('group', name), name, members: developers });
  }
  return groups;
}

function references(policies: readonly PolicyText[], pattern: RegExp): string[] {
  const statements = policies.flatMap(({ statements }) => statements);
  return statements.flatMap((statement) => [...statement.matchAll(pattern)].map(([, word = '']) => word));
}

/** Defined tags of every instance, as matching rules name them: `tag.<namespace>.<key>.value`. */
export function tagsOfTwin(twin: Twin): (resourceId: string) => Readonly<Record<string, string>> {
  const tags = new Map(
    twin.of('oci_core_instance').map((instance) => {
      const defined = Object.entries(instance.values.defined_tags ?? {});
      const named = defined.map(([name, value]) => [`tag.${name}.value`.toLowerCase(), String(value)]);
      return [text(instance, 'id'), Object.fromEntries(named)];
    }),
  );
  return (resourceId) => tags.get(resourceId) ?? {};
}

function text({ values }: TwinResource, attribute: string): string {
  const value = values[attribute];
  return typeof value === 'string' ? value : '';
}

function ocid(type: string, name: string): string {
  return `ocid1.${type}.oc1..${createHash('sha256').update(name).digest('hex').slice(0, 60)}`;
}
