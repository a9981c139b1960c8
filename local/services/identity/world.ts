// What IAM knows of the tenancy: compartments, groups, dynamic groups and policies, with names made OCIDs.
import { invalidParameter } from '../../http/errors.ts';
import { type Compartment, chain, locate } from './compartments.ts';
import { type MatchingRule, parseMatchingRule } from './policy/matching-rule.ts';
import { type GroupReference, parseStatement, type Statement, type Subject } from './policy/statement.ts';

export interface Group {
  readonly id: string;
  readonly name: string;
  /** OCIDs of users. */
  readonly members: readonly string[];
}

export interface DynamicGroup {
  readonly id: string;
  readonly name: string;
  readonly matchingRule: string;
}

export interface PolicyText {
  readonly id: string;
  readonly name: string;
  readonly compartmentId: string;
  readonly statements: readonly string[];
}

export interface WorldText {
  readonly compartments: readonly Compartment[];
  readonly groups: readonly Group[];
  readonly dynamicGroups: readonly DynamicGroup[];
  readonly policies: readonly PolicyText[];
}

/** A statement with OCIDs for names, as OCI stores it: a later rename changes nothing (managingpolicies). */
export interface Grant {
  readonly policy: string;
  readonly text: string;
  readonly subject: Subject;
  readonly permissions: ReadonlySet<string>;
  readonly compartmentId: string;
  readonly condition: Statement['condition'];
}

export interface World extends WorldText {
  readonly rules: ReadonlyMap<string, MatchingRule>;
  readonly grants: readonly Grant[];
  /** Is `compartmentId` the compartment `above`, or below it? */
  isWithin(compartmentId: string, above: string): boolean;
}

/** General/Concepts/servicelimits; hard limits. */
const MAX_STATEMENTS = { policy: 50, tenancy: 500 };

/** Reads rules and statements. Throws ServiceError 400 `InvalidParameter` naming the policy or group. */
export function createWorld(text: WorldText): World {
  const rules = new Map(
    text.dynamicGroups.map(({ id, name, matchingRule }) => [
      id,
      naming(`Dynamic group ${name}`, () => parseMatchingRule(matchingRule)),
    ]),
  );
  const grants = text.policies.flatMap((policy) => grantsOfPolicy(text, policy));
  if (grants.length > MAX_STATEMENTS.tenancy) {
    throw invalidParameter(
      `The tenancy has ${grants.length} policy statements; OCI allows ${MAX_STATEMENTS.tenancy}.`,
    );
  }
  return { ...text, rules, grants, isWithin: (id, above) => chain(text.compartments, id).includes(above) };
}

function grantsOfPolicy(world: WorldText, { name, compartmentId, statements }: PolicyText): Grant[] {
  if (statements.length > MAX_STATEMENTS.policy) {
    throw invalidParameter(
      `Policy ${name} has ${statements.length} statements; OCI allows ${MAX_STATEMENTS.policy}.`,
    );
  }
  return statements.map((text, index) =>
    naming(`Policy ${name}, statement ${index + 1}`, () => {
      const { subject, grants: permissions, location, condition } = parseStatement(text);
      return {
        policy: name,
        text,
        subject: withIds(world, subject),
        permissions,
        compartmentId: locate(world.compartments, compartmentId, location),
        condition,
      };
    }),
  );
}

function naming<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalidParameter(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function withIds(world: WorldText, subject: Subject): Subject {
  if (subject.kind !== 'group' && subject.kind !== 'dynamic-group') return subject;
  const known = subject.kind === 'group' ? world.groups : world.dynamicGroups;
  const word = subject.kind.replace('-', '_');
  const resolve = (reference: GroupReference): GroupReference => {
    if ('id' in reference) return reference;
    const found = known.find(({ name }) => name === reference.name);
    // The words OCI answers with (facts: iam 5).
    if (found === undefined) {
      const where = 'does not exist under current compartment hierarchy';
      throw invalidParameter(`The ${word} ${reference.name} specified in the policy statement ${where}.`);
    }
    return { id: found.id };
  };
  return { kind: subject.kind, groups: subject.groups.map(resolve) };
}
