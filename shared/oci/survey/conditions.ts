// Conditions of policy statements: is one at least as wide as another?

export type Condition = string | { readonly word: 'all' | 'any'; readonly parts: readonly Condition[] };

/** @param text in lower case, without blanks that mean nothing: `all{a.b='c',any{d='e',f='g'}}` */
export function parseCondition(text: string): Condition {
  const group = /^(all|any)\{(.*)\}$/s.exec(text);
  if (group === null) return text;
  const parts = partsOf(group[2] ?? '').map(parseCondition);
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? only
    : { word: group[1] === 'all' ? 'all' : 'any', parts };
}

/** Splits at the commas of this level; those inside quotes and deeper braces stay. */
function partsOf(inside: string): string[] {
  const parts: string[] = [];
  let [depth, from, isQuoted] = [0, 0, false];
  for (let at = 0; at < inside.length; at += 1) {
    if (inside[at] === "'") isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (inside[at] === '{') depth += 1;
    if (inside[at] === '}') depth -= 1;
    if (inside[at] !== ',' || depth > 0) continue;
    parts.push(inside.slice(from, at));
    from = at + 1;
  }
  return [...parts, inside.slice(from)];
}

/** Does `given` hold wherever `wanted` does? Both undefined: they always hold. */
export function covers(given: Condition | undefined, wanted: Condition | undefined): boolean {
  if (given === undefined) return true;
  if (wanted === undefined) return false;
  if (typeof given === 'string' && given === wanted) return true;
  if (typeof given !== 'string' && given.word === 'all')
    return given.parts.every((part) => covers(part, wanted));
  if (typeof wanted !== 'string' && wanted.word === 'any')
    return wanted.parts.every((part) => covers(given, part));
  const isByPart = typeof wanted !== 'string' && wanted.parts.some((part) => covers(given, part));
  return isByPart || (typeof given !== 'string' && given.parts.some((part) => covers(part, wanted)));
}

/** The condition as text that is equal for conditions that say the same in another order. */
export function conditionText(condition: Condition | undefined): string {
  if (condition === undefined) return '';
  if (typeof condition === 'string') return condition;
  const parts = [...new Set(condition.parts.map(conditionText))].sort();
  return `${condition.word}{${parts.join(',')}}`;
}
