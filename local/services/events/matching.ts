// The condition language of Events rules (Events/Concepts/filterevents; facts C). Pure.
import { invalidParameter } from '../../http/errors.ts';

/** A condition is JSON; what it does not name does not matter. */
export type Condition = Readonly<Record<string, unknown>>;

/** Reads a condition. Throws 400 `InvalidParameter` unless it is a JSON object of texts, lists and objects. */
export function parseCondition(text: string): Condition {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalidParameter(`condition is not JSON: ${text.slice(0, 100)}`);
  }
  if (!isRecord(parsed)) throw invalidParameter('condition must be a JSON object');
  checkFilter(parsed, 'condition');
  return parsed;
}

function checkFilter(filter: unknown, path: string): void {
  if (Array.isArray(filter)) {
    if (filter.length === 0) throw invalidParameter(`${path}: an empty list matches nothing`);
    for (const value of filter) {
      if (typeof value === 'object') throw invalidParameter(`${path}: a list holds values, not objects`);
    }
    return;
  }
  if (!isRecord(filter)) {
    if (filter === null) throw invalidParameter(`${path}: null is not a value to match`);
    return;
  }
  for (const [name, value] of Object.entries(filter)) checkFilter(value, `${path}.${name}`);
}

/**
 * Does an event fit? Every field named must be there, at the same nesting, and fit: fields are ANDed, the values
 * of a list are ORed, `*` in a text stands for any text. `{}` fits everything.
 */
export function matches(condition: Condition, event: object): boolean {
  return fits(condition, event);
}

function fits(filter: unknown, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(filter)) return filter.some((one) => fits(one, value));
  // A field with several values fits when one of them does.
  if (Array.isArray(value)) return value.some((one) => fits(filter, one));
  if (isRecord(filter)) {
    if (!isRecord(value)) return false;
    return Object.entries(filter).every(([name, inner]) => fits(inner, ownValue(value, name)));
  }
  if (typeof value === 'object') return filter === '*';
  return typeof filter === 'string' ? fitsPattern(filter, String(value)) : filter === value;
}

function ownValue(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Without regular expressions: patterns come from outside, and none may take exponential time. */
function fitsPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
