// The tenancy of the evaluator's tests: T ⊃ A ⊃ B ⊃ C, T ⊃ D; who is in it; and how a test asks.
import { decide } from '../../../../local/services/identity/authorize.ts';
import { createWorld, type World } from '../../../../local/services/identity/world.ts';
import type { Principal } from '../../../../local/types.ts';

const fn = (id: string, compartmentId: string): Principal => ({
  kind: 'resource',
  type: 'fnfunc',
  id,
  compartmentId,
  tenancyId: 'T',
});
const machine = (id: string): Principal => ({ ...fn(id, 'A'), kind: 'instance', type: 'instance' });
const acting = (type: string, id: string, compartmentId: string): Principal => ({
  ...fn(id, compartmentId),
  type,
});

export const WHO = {
  u: { kind: 'user', type: 'user', id: 'user-u', compartmentId: 'T', tenancyId: 'T' },
  other: { kind: 'user', type: 'user', id: 'user-other', compartmentId: 'T', tenancyId: 'T' },
  f: fn('f', 'A'),
  fB: fn('f-in-b', 'B'),
  i: machine('i'),
  j: machine('j'),
  ruleA: acting('eventrule', 'rule-a', 'A'),
  ruleD: acting('eventrule', 'rule-d', 'D'),
  schedule: acting('resourceschedule', 's', 'A'),
  phx: {
    kind: 'service',
    type: 'service',
    id: 'objectstorage-us-phoenix-1',
    compartmentId: 'T',
    tenancyId: 'T',
  },
  iad: {
    kind: 'service',
    type: 'service',
    id: 'objectstorage-us-ashburn-1',
    compartmentId: 'T',
    tenancyId: 'T',
  },
} as const satisfies Record<string, Principal>;

export const FACTS = {
  regionKey: 'FRA',
  userName: (id: string) => (id === 'user-u' ? 'ulla' : undefined),
  tags: (id: string): Record<string, string> => (id === 'i' ? { 'tag.ops.role.value': 'builder' } : {}),
};

/** The tenancy with these statements, in one policy attached to a compartment. */
export function tenancy(
  statements: readonly string[],
  attachedTo = 'T',
  fnRule = "resource.id = 'f'",
): World {
  return createWorld({
    compartments: [
      { id: 'T', name: 'acme', parentId: undefined },
      { id: 'A', name: 'A', parentId: 'T' },
      { id: 'B', name: 'B', parentId: 'A' },
      { id: 'C', name: 'C', parentId: 'B' },
      { id: 'D', name: 'D', parentId: 'T' },
    ],
    groups: [{ id: 'ocid1.group.ops', name: 'Ops', members: ['user-u'] }],
    dynamicGroups: [
      { id: 'ocid1.dynamicgroup.fn', name: 'fn', matchingRule: fnRule },
      { id: 'ocid1.dynamicgroup.build', name: 'build', matchingRule: "tag.ops.role.value = 'builder'" },
    ],
    policies: [{ id: 'p', name: 'p', compartmentId: attachedTo, statements }],
  });
}

export interface Ask {
  readonly who: keyof typeof WHO;
  /** `Operation` or `Operation/variant`, then the compartment when it is not A. */
  readonly to: string;
  readonly in?: string;
  /** `target.` is put before each name. */
  readonly on?: Readonly<Record<string, string>>;
  readonly at?: string;
}

export function ask(world: World, { who, to, in: compartmentId = 'A', on = {}, at }: Ask): boolean {
  const [operation = '', variant] = to.split('/');
  const variables = Object.fromEntries(Object.entries(on).map(([name, value]) => [`target.${name}`, value]));
  return decide(world, FACTS, {
    principal: WHO[who],
    operation,
    target: { compartmentId, variables, ...(variant === undefined ? {} : { variant }) },
    now: at === undefined ? new Date() : new Date(at),
  }).isAllowed;
}
