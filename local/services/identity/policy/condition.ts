// The `where` of a statement: `var = 'x'`, `in`, time ranges, nested in `any { … }` and `all { … }`.
import type { Scanner } from './scanner.ts';
import { knownVariable, nearestVariable, takesStars } from './variables.ts';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'is'; readonly variable: string; readonly negated: boolean; readonly right: Right }
  | {
      readonly kind: 'in';
      readonly variable: string;
      readonly negated: boolean;
      readonly values: readonly Right[];
    }
  | { readonly kind: 'before' | 'after'; readonly moment: Date }
  | { readonly kind: 'between'; readonly from: string; readonly to: string };

/** What a variable is compared with. `text` ignores case; `like` is a pattern with `*`. */
export type Right =
  | { readonly kind: 'text' | 'like'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: string };

const TIME = 'request.utc-timestamp';

/** Reads a condition. Throws SyntaxProblem. */
export function parseCondition(scanner: Scanner): Condition {
  for (const kind of ['any', 'all'] as const) {
    if (scanner.takes(kind)) return { kind, of: parseList(scanner, kind) };
  }
  return parseLeaf(scanner);
}

function parseList(scanner: Scanner, kind: string): Condition[] {
  scanner.expect('{', `after "${kind}"`);
  const list: Condition[] = [];
  do list.push(parseCondition(scanner));
  while (scanner.takes(','));
  scanner.expect('}', `to close "${kind} {"`);
  return list;
}

function parseLeaf(scanner: Scanner): Condition {
  if (scanner.sees('!')) throw scanner.problem('the presence test "!variable" is not evaluated here');
  if (scanner.sees('sets-intersect')) throw scanner.problem('sets-intersect is not evaluated here');
  const variable = parseVariable(scanner);
  if (scanner.takes('!='))
    return { kind: 'is', variable, negated: true, right: parseRight(scanner, variable) };
  if (scanner.takes('='))
    return { kind: 'is', variable, negated: false, right: parseRight(scanner, variable) };
  const negated = scanner.takes('not');
  if (scanner.takes('in')) return { kind: 'in', variable, negated, values: parseValues(scanner, variable) };
  if (!negated && variable === TIME) return parseMoment(scanner);
  if (!negated && variable === `${TIME}.time-of-day`) return parseTimeOfDay(scanner);
  throw scanner.problem(`expected "=", "!=" or "in" after ${variable}`);
}

function parseVariable(scanner: Scanner): string {
  const offset = scanner.offset();
  const word = scanner.word('a variable such as target.bucket.name');
  const variable = knownVariable(word);
  if (variable === undefined)
    throw scanner.problem(`${word} is no variable.${nearestVariable(word)}`, offset);
  return variable;
}

/**
 * Without quotes the right side is another variable. A word that is none makes OCI store a condition that is
 * never true, or refuse it, by version (facts: iam 0.3); it is refused here.
 */
function parseRight(scanner: Scanner, variable: string): Right {
  const text = scanner.quoted();
  if (text !== undefined) return quotedRight(text, variable);
  const offset = scanner.offset();
  const pattern = scanner.slashed();
  if (pattern !== undefined) return { kind: 'like', value: checkedPattern(scanner, pattern, offset) };
  if (scanner.sees('/')) throw scanner.problem('a pattern /…/ holds no blank and no further slash');
  const word = scanner.word('a value in single quotes, a pattern such as /x*/ or a variable');
  const name = knownVariable(word);
  if (name === undefined) {
    throw scanner.problem(
      `Invalid right-hand side in condition: ${word} is no variable; write '${word}'`,
      offset,
    );
  }
  return { kind: 'variable', name };
}

function quotedRight(value: string, variable: string): Right {
  return { kind: takesStars(variable) && value.includes('*') ? 'like' : 'text', value };
}

/** `/x*\/` begins with, `/*x/` ends with, `/*x*\/` contains, `/*\/` anything; no other form is documented. */
function checkedPattern(scanner: Scanner, pattern: string, offset: number): string {
  const inside = pattern.replace(/^\*/, '').replace(/\*$/, '');
  if (!pattern.includes('*') || inside.includes('*')) {
    throw scanner.problem(
      'a pattern has one star at its beginning, at its end, or both: /x*/, /*x/, /*x*/',
      offset,
    );
  }
  return pattern;
}

function parseValues(scanner: Scanner, variable: string): Right[] {
  scanner.expect('(', 'after "in"');
  const values: Right[] = [];
  do values.push(quotedRight(requireQuoted(scanner), variable));
  while (scanner.takes(','));
  scanner.expect(')', 'to close the list of values');
  return values;
}

function parseMoment(scanner: Scanner): Condition {
  const kind = scanner.takes('before') ? 'before' : scanner.takes('after') ? 'after' : undefined;
  if (kind === undefined) throw scanner.problem(`expected "before" or "after" after ${TIME}`);
  const offset = scanner.offset();
  const text = requireQuoted(scanner);
  // 'YYYY-MM-DDZ' is a documented form that Date does not read.
  const moment = new Date(text.replace(/^(\d{4}-\d{2}-\d{2})Z$/, '$1T00:00Z'));
  if (Number.isNaN(moment.getTime()))
    throw scanner.problem(`'${text}' is no time like '2026-12-01T00:00:00Z'`, offset);
  return { kind, moment };
}

function parseTimeOfDay(scanner: Scanner): Condition {
  scanner.expect('between', 'after time-of-day');
  const from = timeOfDay(scanner);
  scanner.expect('and', 'between the two times');
  return { kind: 'between', from, to: timeOfDay(scanner) };
}

function timeOfDay(scanner: Scanner): string {
  const offset = scanner.offset();
  const text = requireQuoted(scanner).replace(/Z$/i, '');
  if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text))
    throw scanner.problem(`'${text}' is no time like '17:00:00Z'`, offset);
  return text;
}

function requireQuoted(scanner: Scanner): string {
  const text = scanner.quoted();
  if (text === undefined) throw scanner.problem('expected a value in single quotes');
  return text;
}
