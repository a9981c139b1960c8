// Matching rules of dynamic groups (Identity/Tasks/managingdynamicgroups): which principals are members.
import { didYouMean } from './nearest.ts';
import { type Scanner, scan } from './scanner.ts';

export type MatchingRule =
  | { readonly kind: 'all' | 'any'; readonly of: readonly MatchingRule[] }
  | { readonly kind: 'is'; readonly variable: string; readonly negated: boolean; readonly value: string }
  | { readonly kind: 'has'; readonly variable: string };

const VARIABLES = [
  'instance.id',
  'instance.compartment.id',
  'resource.id',
  'resource.compartment.id',
  'resource.type',
] as const;
/** Defined tags only; free-form tags cannot be matched. */
const TAG = /^tag\.[^.]+\.[^.]+\.value$/i;

/** What a rule may ask of a principal; a key that is absent does not apply, so `!=` is false too. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/** Reads a rule. Throws SyntaxProblem (400 `InvalidParameter`) with line, column and word. */
export function parseMatchingRule(text: string): MatchingRule {
  const scanner = scan(text);
  const rule = parseRule(scanner);
  if (!scanner.isAtEnd()) throw scanner.problem('expected the end of the rule');
  return rule;
}

function parseRule(scanner: Scanner): MatchingRule {
  for (const kind of ['any', 'all'] as const) {
    if (!scanner.takes(kind)) continue;
    scanner.expect('{', `after "${kind}"`);
    const of: MatchingRule[] = [];
    do of.push(parseRule(scanner));
    while (scanner.takes(','));
    scanner.expect('}', `to close "${kind} {"`);
    return { kind, of };
  }
  return parseLeaf(scanner);
}

function parseLeaf(scanner: Scanner): MatchingRule {
  const offset = scanner.offset();
  const variable = scanner.word('a variable such as instance.compartment.id').toLowerCase();
  const isTag = TAG.test(variable);
  if (!isTag && !VARIABLES.some((known) => known === variable)) {
    throw scanner.problem(
      `${variable} is no variable of matching rules.${didYouMean(variable, VARIABLES)}`,
      offset,
    );
  }
  const negated = scanner.takes('!=');
  if (!negated && !scanner.takes('=')) {
    if (isTag) return { kind: 'has', variable };
    throw scanner.problem(`expected "=" or "!=" after ${variable}`);
  }
  const value = scanner.quoted();
  if (value === undefined) throw scanner.problem('expected a value in single quotes');
  return { kind: 'is', variable, negated, value };
}

/** Is a principal with these attributes a member? Values ignore case, as `'ApiGateway'` and `'apigateway'` do. */
export function isMember(rule: MatchingRule, attributes: Attributes): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.of.every((one) => isMember(one, attributes));
    case 'any':
      return rule.of.some((one) => isMember(one, attributes));
    case 'has':
      return attributes[rule.variable] !== undefined;
    case 'is': {
      const value = attributes[rule.variable];
      return value !== undefined && (value.toLowerCase() === rule.value.toLowerCase()) !== rule.negated;
    }
  }
}
