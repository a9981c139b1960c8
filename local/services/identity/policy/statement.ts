// Grammar of a policy statement: Allow <subject> to <action> in <location> [where <condition>]
// (Identity/Concepts/policysyntax). Keywords in any case; blanks and line breaks mean nothing.
import { FAMILIES, grantsOf, PERMISSIONS, RESOURCE_TYPES, VERBS } from '../permissions.ts';
import { type Condition, parseCondition } from './condition.ts';
import { didYouMean } from './nearest.ts';
import { type Scanner, scan } from './scanner.ts';

/** A group or dynamic group by OCID, or by name in the Default domain. */
export type GroupReference = { readonly id: string } | { readonly name: string };

export type Subject =
  | { readonly kind: 'any-user' | 'any-group' }
  | { readonly kind: 'group' | 'dynamic-group'; readonly groups: readonly GroupReference[] }
  | { readonly kind: 'service'; readonly names: readonly string[] };

export type Location =
  | { readonly kind: 'tenancy' }
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'id'; readonly id: string };

export interface Statement {
  readonly text: string;
  readonly subject: Subject;
  readonly grants: ReadonlySet<string>;
  readonly location: Location;
  readonly condition: Condition | undefined;
}

/** They exist in OCI, and nothing here evaluates them. */
const REFUSED: Readonly<Record<string, string>> = {
  deny: 'deny statements are not evaluated here',
  define: 'define statements (other tenancies) are not evaluated here',
  endorse: 'endorse statements (other tenancies) are not evaluated here',
  admit: 'admit statements (other tenancies) are not evaluated here',
  associate: 'associate statements are not evaluated here',
};

/** Reads one statement. Throws SyntaxProblem (400 `InvalidParameter`) with line, column and word. */
export function parseStatement(text: string): Statement {
  const scanner = scan(text);
  for (const [word, problem] of Object.entries(REFUSED))
    if (scanner.sees(word)) throw scanner.problem(problem);
  scanner.expect('allow', 'at the beginning of a statement');
  const subject = parseSubject(scanner);
  scanner.expect('to', 'after the subject');
  const grants = parseAction(scanner);
  scanner.expect('in', 'before the location');
  const location = parseLocation(scanner);
  const condition = scanner.takes('where') ? parseCondition(scanner) : undefined;
  if (!scanner.isAtEnd())
    throw scanner.problem(condition ? 'expected the end' : 'expected "where" or the end');
  return { text, subject, grants, location, condition };
}

function parseSubject(scanner: Scanner): Subject {
  for (const kind of ['any-user', 'any-group'] as const) if (scanner.takes(kind)) return { kind };
  for (const kind of ['dynamic-group', 'group'] as const) {
    if (scanner.takes(kind)) return { kind, groups: parseMany(scanner, () => parseGroup(scanner)) };
  }
  if (scanner.takes('service')) {
    return { kind: 'service', names: parseMany(scanner, () => scanner.word('the name of a service')) };
  }
  if (scanner.sees('any-tenancy')) throw scanner.problem('any-tenancy is not evaluated here');
  if (scanner.sees('resource')) throw scanner.problem('the subject "resource" is not evaluated here');
  throw scanner.problem('expected any-user, any-group, group, dynamic-group or service');
}

function parseMany<Item>(scanner: Scanner, parse: () => Item): Item[] {
  const items = [parse()];
  while (scanner.takes(',')) items.push(parse());
  return items;
}

function parseGroup(scanner: Scanner): GroupReference {
  if (scanner.takes('id')) return { id: scanner.word('the OCID of a group') };
  const offset = scanner.offset();
  const name = parseName(scanner, 'the name of a group');
  if (!scanner.takes('/')) {
    // The two-quote form names a domain; in one pair of quotes the slash belongs to the name (facts: iam 1.1).
    if (name.includes('/'))
      throw scanner.problem(`write '${name.replace('/', "'/'")}', each part in its own quotes`, offset);
    return { name };
  }
  if (name.toLowerCase() !== 'default')
    throw scanner.problem(`there is no identity domain ${name} here`, offset);
  return { name: parseName(scanner, 'the name of a group') };
}

function parseName(scanner: Scanner, what: string): string {
  return scanner.quoted() ?? scanner.word(what);
}

function parseAction(scanner: Scanner): ReadonlySet<string> {
  if (scanner.takes('{')) {
    const permissions = parseMany(scanner, () => parsePermission(scanner));
    scanner.expect('}', 'to close the list of permissions');
    return new Set(permissions);
  }
  const verb = VERBS.find((one) => scanner.takes(one));
  if (verb === undefined) throw scanner.problem(`expected a verb (${VERBS.join(', ')}) or { permissions }`);
  const offset = scanner.offset();
  const type = scanner.word('a resource type').toLowerCase();
  const grants = grantsOf(verb, type);
  if (grants !== undefined) return grants;
  const known = [...RESOURCE_TYPES.keys(), ...FAMILIES.keys(), 'all-resources'];
  throw scanner.problem(`${type} is no resource type known here.${didYouMean(type, known)}`, offset);
}

function parsePermission(scanner: Scanner): string {
  const offset = scanner.offset();
  const permission = scanner.word('a permission').toUpperCase();
  if (PERMISSIONS.has(permission)) return permission;
  throw scanner.problem(
    `${permission} is no permission known here.${didYouMean(permission, PERMISSIONS)}`,
    offset,
  );
}

function parseLocation(scanner: Scanner): Location {
  if (scanner.takes('tenancy')) return { kind: 'tenancy' };
  scanner.expect('compartment', 'or "tenancy" after "in"');
  if (scanner.takes('id')) return { kind: 'id', id: scanner.word('the OCID of a compartment') };
  const path = [parseName(scanner, 'the name of a compartment')];
  while (scanner.takes(':')) path.push(parseName(scanner, 'the name of a compartment'));
  return { kind: 'path', path };
}
