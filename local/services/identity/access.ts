// Asks the evaluator for every call, and remembers what the answers rested on: `galley doctor` names the line
// that is missing, and a test that every line of `deploy/` is needed.
import type { Faults, Principal, Region, Target } from '../../types.ts';
import { type Decision, decide, type Tried } from './authorize.ts';
import type { Facts } from './claims.ts';
import type { Grant, World } from './world.ts';

/** Denials kept for `GET /_galley/identity/denials`. */
const MAX_DENIALS = 200;

export interface Usage {
  readonly policy: string;
  readonly statement: string;
  readonly count: number;
  /** Names of the operations it granted, sorted. */
  readonly operations: readonly string[];
}

export interface Denial {
  readonly time: string;
  readonly principal: Principal;
  readonly operation: string;
  readonly target: Target;
  readonly permission: string;
  /** The statements about this caller, and why each did not help. */
  readonly tried: readonly Tried[];
}

export interface Access {
  isAllowed(principal: Principal, operation: string, target: Target | undefined): boolean;
  usage(): readonly Usage[];
  denials(): readonly Denial[];
  forget(): void;
}

export function openAccess(region: Region, { world, facts }: { world: World; facts: Facts }): Access {
  const used = new Map<Grant, { count: number; operations: Set<string> }>(
    world.grants.map((grant) => [grant, { count: 0, operations: new Set() }]),
  );
  let denials: Denial[] = [];
  const remember = (
    decision: Decision,
    asked: { principal: Principal; operation: string; target: Target },
  ): void => {
    for (const grant of decision.by) count(used.get(grant), asked.operation);
    if (decision.missing === undefined) return;
    const { permission, tried } = decision.missing;
    denials = [
      ...denials.slice(1 - MAX_DENIALS),
      { time: region.now().toISOString(), ...asked, permission, tried },
    ];
    const { principal, operation, target } = asked;
    region.log('denied by IAM', { operation, permission, principal: principal.id, target });
  };
  return {
    isAllowed(principal, operation, asked) {
      const target = asked ?? { compartmentId: region.tenancyId };
      const now = region.now();
      const decision = decide(settled(world, region.faults, now), facts, {
        principal,
        operation,
        target,
        now,
      });
      remember(decision, { principal, operation, target });
      return decision.isAllowed;
    },
    usage: () =>
      [...used].map(([{ policy, text }, { count: times, operations }]) => ({
        policy,
        statement: text,
        count: times,
        operations: [...operations].sort(),
      })),
    denials: () => denials,
    forget() {
      denials = [];
      for (const entry of used.values()) Object.assign(entry, { count: 0, operations: new Set() });
    },
  };
}

function count(entry: { count: number; operations: Set<string> } | undefined, operation: string): void {
  if (entry === undefined) return;
  entry.count += 1;
  entry.operations.add(operation);
}

/** Without the policies and dynamic groups that have not spread yet (fault `iam-delay`). */
function settled(world: World, faults: Faults, now: Date): World {
  const isDelayed = (name: string): boolean => {
    const delay = faults.standing('iam-delay', name);
    return delay !== undefined && now.getTime() < delay.plantedAt.getTime() + delay.value * 1000;
  };
  const delayed = new Set(world.dynamicGroups.filter(({ name }) => isDelayed(name)).map(({ id }) => id));
  const isTenantAdmin = ({ policy }: Grant): boolean => policy === 'Tenant Admin Policy';
  const grants = world.grants.filter((grant) => isTenantAdmin(grant) || !isDelayed(grant.policy));
  if (delayed.size === 0 && grants.length === world.grants.length) return world;
  return { ...world, grants, rules: new Map([...world.rules].filter(([id]) => !delayed.has(id))) };
}
