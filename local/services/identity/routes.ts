// The reads of the Identity API (20160918) that people and `galley doctor` make, and what the evaluator knows.
// Nothing is written here: users, groups and policies come from the twin.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Region, Route } from '../../types.ts';
import type { Access } from './access.ts';
import { regionKey } from './regions.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

interface Known {
  readonly world: World;
  readonly users: readonly User[];
  readonly access: Access;
}

export function identityRoutes(region: Region, { world, users, access }: Known): readonly Route[] {
  const key = regionKey(region.name);
  const read = (operation: string, path: string, body: (call: Call) => object | undefined): Route => ({
    operation,
    method: 'GET',
    path: `/20160918${path}`,
    target: (call) => ({ compartmentId: call.query.get('compartmentId') ?? region.tenancyId }),
    handle(call) {
      const found = body(call);
      if (found === undefined) throw notAuthorizedOrNotFound();
      return { status: 200, body: found };
    },
  });
  const inCompartment = (call: Call, list: readonly { compartmentId: string }[]): object =>
    list.filter(({ compartmentId }) => compartmentId === call.query.get('compartmentId'));
  const root = region.tenancyId;
  const policies = world.policies.map((policy) => ({ ...policy, lifecycleState: 'ACTIVE' }));
  const dynamicGroups = world.dynamicGroups.map((one) => ({
    ...one,
    compartmentId: root,
    lifecycleState: 'ACTIVE',
  }));
  const people = users.map(({ id, name }) => ({ id, name, compartmentId: root, lifecycleState: 'ACTIVE' }));
  const groups = world.groups.map(({ id, name }) => ({
    id,
    name,
    compartmentId: root,
    lifecycleState: 'ACTIVE',
  }));
  const byId = <Item extends { id: string }>(list: readonly Item[], call: Call) =>
    list.find(({ id }) => id === call.params.id);
  const subscription = { regionKey: key, regionName: region.name, status: 'READY', isHomeRegion: true };
  return [
    read('GetTenancy', '/tenancies/:id', (call) =>
      byId(
        [{ id: root, name: 'galley', description: 'The tenancy of this local region', homeRegionKey: key }],
        call,
      ),
    ),
    read('ListRegionSubscriptions', '/tenancies/:id/regionSubscriptions', () => [subscription]),
    read('ListRegions', '/regions', () => [{ key, name: region.name }]),
    read('ListCompartments', '/compartments', (call) => compartmentsFor(call, { world, root })),
    read('ListPolicies', '/policies', (call) => inCompartment(call, policies)),
    read('GetPolicy', '/policies/:id', (call) => byId(policies, call)),
    read('ListDynamicGroups', '/dynamicGroups', (call) => inCompartment(call, dynamicGroups)),
    read('GetDynamicGroup', '/dynamicGroups/:id', (call) => byId(dynamicGroups, call)),
    read('ListUsers', '/users', (call) => inCompartment(call, people)),
    read('GetUser', '/users/:id', (call) => byId(people, call)),
    read('ListGroups', '/groups', (call) => inCompartment(call, groups)),
    inside('usage', () => access.usage()),
    inside('denials', () => access.denials()),
  ];
}

/** The children of one, or of the root all that are below (API: `compartmentIdInSubtree`). */
function compartmentsFor({ query }: Call, { world, root }: { world: World; root: string }): object {
  const [of, isWhole] = [query.get('compartmentId'), query.get('compartmentIdInSubtree') === 'true'];
  if (isWhole && of !== root)
    throw invalidParameter('compartmentIdInSubtree may be true for the root compartment only');
  return world.compartments
    .filter(({ parentId }) => parentId !== undefined && (isWhole || parentId === of))
    .map(({ id, name, parentId }) => ({ id, name, compartmentId: parentId, lifecycleState: 'ACTIVE' }));
}

/** What the evaluator remembers; asked of the region, not of OCI. */
function inside(name: string, body: () => object): Route {
  const path = `/_galley/identity/${name}`;
  return {
    operation: `Galley${path}`,
    method: 'GET',
    path,
    auth: 'none',
    handle: () => ({ status: 200, body: body() }),
  };
}
