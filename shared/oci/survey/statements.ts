// Policy statements compared by what they grant: case, blanks, order, verbs or permissions, and how a grant is split over
// statements mean nothing.
import { type Condition, conditionText, covers, parseCondition } from './conditions.ts';
import { permissionsOf } from './verbs.ts';

/** Names that statements may use, and the OCIDs they stand for. */
export interface Names {
  /** By name in lower case. */
  readonly dynamicGroups: ReadonlyMap<string, string>;
  /** By name and by path (`team:shop`), in lower case. */
  readonly compartments: ReadonlyMap<string, string>;
  /** The compartments a compartment lies in, itself first and the root last. */
  above?(compartmentId: string): readonly string[];
}

interface Statement {
  /** `any-user`, or each of the list: `dynamic-group id ocid1…`. */
  readonly subjects: readonly string[];
  readonly permissions: ReadonlySet<string>;
  /** OCID; undefined for the tenancy. */
  readonly compartmentId: string | undefined;
  readonly condition: Condition | undefined;
}

const NO_NAMES: Names = { dynamicGroups: new Map(), compartments: new Map() };
const SHAPE =
  /^allow (any-user|any-group|(?:dynamic-)?group .+?|service .+?) to ?(\{[^}]*\}|\w+ [\w-]+) ?in (.+?)(?: where (.+))?$/s;

/** Do the statements that are there grant what is wanted, together? */
export function isGranted(
  wanted: string,
  { statements, names = NO_NAMES }: { statements: readonly string[]; names?: Names },
): boolean {
  const goal = parse(wanted, names);
  if (goal === undefined) return false;
  const helpful = statements.flatMap((text) => {
    const given = parse(text, names);
    return given !== undefined && reaches(given, goal, names) ? [given] : [];
  });
  return [...goal.permissions].every((permission) =>
    helpful.some(({ permissions }) => permissions.has(permission)),
  );
}

/** The same, by statements that are no wider in where they reach and when. */
export function isWritten(
  wanted: string,
  { statements, names = NO_NAMES }: { statements: readonly string[]; names?: Names },
): boolean {
  const rest = (text: string): string => canonical(text, names).replace(/\{[^}]*\}/, '{}');
  const alike = statements.filter((text) => rest(text) === rest(wanted));
  return isGranted(wanted, { statements: alike, names });
}

/** The same grant in one spelling. For statements outside the grammar of SHAPE, the text itself. */
export function canonical(statement: string, names: Names = NO_NAMES): string {
  const parsed = parse(statement, names);
  if (parsed === undefined) return tidy(statement);
  const { subjects, permissions, compartmentId = 'tenancy', condition } = parsed;
  const [to, where] = [[...permissions].sort().join(), conditionText(condition)];
  return `allow ${[...subjects].sort().join()} to {${to}} in ${compartmentId} where ${where}`;
}

function reaches(given: Statement, goal: Statement, names: Names): boolean {
  const isSubject = goal.subjects.every((one) => given.subjects.includes(one) || isAnybody(given, one));
  return isSubject && isPlace(given, goal, names) && covers(given.condition, goal.condition);
}

/** Services are in any-user, and not in any-group (facts iam 7.14). */
function isAnybody({ subjects }: Statement, who: string): boolean {
  return subjects.includes('any-user') || (subjects.includes('any-group') && !who.startsWith('service '));
}

/** Grants flow to all compartments below. */
function isPlace(
  { compartmentId: given }: Statement,
  { compartmentId: goal }: Statement,
  names: Names,
): boolean {
  if (given === undefined || given === goal) return true;
  return goal !== undefined && (names.above?.(goal) ?? []).includes(given);
}

function parse(statement: string, names: Names): Statement | undefined {
  const match = SHAPE.exec(tidy(statement));
  if (match === null) return undefined;
  const [, subject = '', action = '', location = '', where] = match;
  return {
    subjects: subjectsOf(subject, names),
    permissions: new Set(permissionsIn(action)),
    compartmentId: placeOf(location, names),
    condition: where === undefined ? undefined : parseCondition(where),
  };
}

/** Policies know no case: neither do values, nor OCIDs. */
function tidy(statement: string): string {
  const text = statement.trim().replace(/\s+/g, ' ').toLowerCase();
  return text.replace(/ ?([{},=]|!=) ?/g, '$1').replace(/\} ?(in|where) /g, '} $1 ');
}

function subjectsOf(text: string, { dynamicGroups }: Names): string[] {
  const [kind = '', ...rest] = text.split(' ');
  if (rest.length === 0) return [kind];
  return rest
    .join(' ')
    .split(',')
    .map((one) => {
      const name = one.replace(/^'?default'?\//, '').replaceAll("'", '');
      const id = kind === 'dynamic-group' ? dynamicGroups.get(name) : undefined;
      return `${kind} ${id === undefined ? name : `id ${id.toLowerCase()}`}`;
    });
}

function permissionsIn(action: string): readonly string[] {
  const list = /^\{(.*)\}$/.exec(action)?.[1];
  if (list !== undefined) return list.toUpperCase().split(',');
  const [verb = '', type = ''] = action.split(' ');
  return permissionsOf(verb, type);
}

/** A place nobody knows keeps its text: it is no other place. */
function placeOf(location: string, { compartments }: Names): string | undefined {
  if (location === 'tenancy') return undefined;
  const name = location.replace(/^compartment (id )?/, '').replaceAll("'", '');
  if (name.startsWith('ocid1.tenancy.')) return undefined;
  return (compartments.get(name) ?? name).toLowerCase();
}
