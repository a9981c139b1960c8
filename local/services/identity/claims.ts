// What policies and matching rules may ask of a principal.
import type { Principal } from '../../types.ts';
import { isMember } from './policy/matching-rule.ts';
import type { World } from './world.ts';

/** Principals that act for a service: their statements may name the service instead (facts: iam 6). */
const SERVICE_OF_TYPE: Readonly<Record<string, string>> = {
  eventrule: 'cloudEvents',
  onssubscription: 'ons',
};

/** What a principal does not carry itself. */
export interface Facts {
  /** Three-letter key of the region, such as `FRA`: the value of `request.region`. */
  readonly regionKey: string;
  userName(userId: string): string | undefined;
  /** Values by `tag.<namespace>.<key>.value` in lower case. */
  tags(resourceId: string): Readonly<Record<string, string>>;
}

/** OCIDs of the groups a user is in. */
export function groupsOf(world: World, principal: Principal): readonly string[] {
  if (principal.kind !== 'user') return [];
  return world.groups.filter(({ members }) => members.includes(principal.id)).map(({ id }) => id);
}

/** OCIDs of the dynamic groups whose rules match. */
export function dynamicGroupsOf(world: World, principal: Principal, facts: Facts): readonly string[] {
  const { id, compartmentId, type } = principal;
  if (principal.kind === 'user' || type === 'service') return [];
  const attributes =
    principal.kind === 'instance'
      ? { 'instance.id': id, 'instance.compartment.id': compartmentId, ...facts.tags(id) }
      : { 'resource.id': id, 'resource.compartment.id': compartmentId, 'resource.type': type };
  return [...world.rules].filter(([, rule]) => isMember(rule, attributes)).map(([group]) => group);
}

/** The `request.…` variables a principal binds; `request.user.…` are unbound for every non-user (facts: iam 3.1). */
export function principalVariables(
  principal: Principal,
  about: { groups: readonly string[]; facts: Facts },
): Record<string, readonly string[]> {
  const { id, kind, type, compartmentId } = principal;
  const service = serviceOf(principal);
  const common = {
    'request.principal.type': [type],
    'request.principal.id': [id],
    'request.principal.compartment.id': [compartmentId],
    'request.region': [about.facts.regionKey],
    ...(service === undefined ? {} : { 'request.service.name': [service] }),
  };
  if (kind === 'user') {
    const name = about.facts.userName(id);
    return {
      ...common,
      'request.user.id': [id],
      ...(name === undefined ? {} : { 'request.user.name': [name] }),
      'request.groups.id': about.groups,
    };
  }
  if (kind === 'instance') {
    return { ...common, 'request.instance.id': [id], 'request.instance.compartment.id': [compartmentId] };
  }
  return common;
}

/** The service a principal is, or acts for. */
export function serviceOf({ kind, id, type }: Principal): string | undefined {
  return kind === 'service' ? id : SERVICE_OF_TYPE[type];
}
