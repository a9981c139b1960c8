// The decision: every permission an operation needs must be granted by some statement (policysyntax).
import type { Principal, Target } from '../../types.ts';
import { dynamicGroupsOf, type Facts, groupsOf, principalVariables, serviceOf } from './claims.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { isTrue, type Variables } from './policy/evaluate.ts';
import type { Subject } from './policy/statement.ts';
import { targetVariables, timeVariable } from './request-variables.ts';
import type { Grant, World } from './world.ts';

export interface Question {
  readonly principal: Principal;
  readonly operation: string;
  readonly target: Target;
  readonly now: Date;
}

/** A statement about the caller that did not help, and why. */
export interface Tried {
  readonly policy: string;
  readonly statement: string;
  readonly why: string;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** The statements that granted it. */
  readonly by: readonly Grant[];
  /** The permission nobody granted, and the statements that were about this caller. */
  readonly missing: { readonly permission: string; readonly tried: readonly Tried[] } | undefined;
}

interface Context extends Question {
  readonly world: World;
  readonly operation_: Operation;
  readonly groups: readonly string[];
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/** Instances may always look at compartments (callresources/callingservicesfrominstances). */
const ALWAYS_OF_INSTANCES = 'COMPARTMENT_INSPECT';

/** Deny by default. Throws TypeError for an operation that has no row in operations.ts. */
export function decide(world: World, facts: Facts, question: Question): Decision {
  const context = contextOf(world, facts, question);
  const by: Grant[] = [];
  for (const alternatives of context.operation_.clauses) {
    if (question.principal.kind === 'instance' && alternatives.includes(ALWAYS_OF_INSTANCES)) continue;
    const grant = firstGrant(context, alternatives);
    if (grant === undefined) return { isAllowed: false, by: [], missing: missing(context, alternatives) };
    by.push(grant);
  }
  return { isAllowed: true, by, missing: undefined };
}

function contextOf(world: World, facts: Facts, question: Question): Context {
  const { principal, target } = question;
  const key = target.variant === undefined ? question.operation : `${question.operation}/${target.variant}`;
  const operation = OPERATIONS.get(key);
  if (operation === undefined) throw new TypeError(`identity/operations.ts has no row for ${key}`);
  const own = groupsOf(world, principal);
  return {
    ...question,
    world,
    operation_: operation,
    groups: [...own, ...dynamicGroupsOf(world, principal, facts)],
    variables: {
      ...principalVariables(principal, { groups: own, facts }),
      ...targetVariables(world, operation, target),
      'request.operation': operation.names,
    },
  };
}

function firstGrant(context: Context, alternatives: readonly string[]): Grant | undefined {
  return context.world.grants.find((grant) =>
    alternatives.some((permission) => refusal(context, grant, permission) === undefined),
  );
}

function missing(context: Context, alternatives: readonly string[]): NonNullable<Decision['missing']> {
  const [permission = ''] = alternatives;
  const tried = context.world.grants
    .filter((grant) => isAbout(context, grant.subject))
    .map((grant) => ({
      policy: grant.policy,
      statement: grant.text,
      why: refusal(context, grant, permission) ?? '',
    }));
  return { permission: alternatives.join(' or '), tried };
}

/** Why a statement does not grant a permission here; undefined when it does. */
function refusal(context: Context, grant: Grant, permission: string): string | undefined {
  if (!isAbout(context, grant.subject)) return 'it is about others';
  if (!grant.permissions.has(permission)) return `it does not grant ${permission}`;
  if (!context.world.isWithin(context.target.compartmentId, grant.compartmentId))
    return 'it is about another compartment';
  const variables: Variables = (name) =>
    name === 'request.permission'
      ? [permission]
      : (timeVariable(name, context.now) ?? context.variables[name]);
  if (grant.condition !== undefined && !isTrue(grant.condition, variables, context.now))
    return 'its condition is false';
  return undefined;
}

/** any-group holds users, instances and resources, but no services (facts: iam 7.14). */
function isAbout({ principal, groups }: Context, subject: Subject): boolean {
  switch (subject.kind) {
    case 'any-user':
      return true;
    case 'any-group':
      return principal.type !== 'service';
    case 'service': {
      const service = serviceOf(principal)?.toLowerCase();
      return subject.names.some((name) => name.toLowerCase() === service);
    }
    case 'group':
    case 'dynamic-group':
      return subject.groups.some((reference) => 'id' in reference && groups.includes(reference.id));
  }
}
