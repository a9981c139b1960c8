// Lifecycle policies: which objects a rule says to delete at a moment (facts A.7). Pure.
import { invalidParameter } from '../../http/errors.ts';
import { fields } from '../../http/json-body.ts';

export type LifecycleTarget = 'objects' | 'previous-object-versions' | 'multipart-uploads';

export interface LifecycleRule {
  readonly name: string;
  readonly action: 'DELETE' | 'ABORT';
  readonly target: LifecycleTarget;
  readonly days: number;
  readonly isEnabled: boolean;
  readonly filter: NameFilter;
}

/** Prefixes and globs (`*`, `?`, `[…]`, `\`); nothing included means everything; an exclusion wins. */
export interface NameFilter {
  readonly inclusionPrefixes: readonly string[];
  readonly inclusionPatterns: readonly string[];
  readonly exclusionPatterns: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const TARGETS = ['objects', 'previous-object-versions', 'multipart-uploads'] as const;

/** Reads one rule of a policy, as the API spells it. Throws 400 naming the rule and the field. */
export function parseRule(value: unknown): LifecycleRule {
  const { all, text, required, flag } = fields(value, 'A lifecycle rule');
  const name = required('name');
  const [action, target] = [required('action'), text('target') ?? 'objects'];
  const known = TARGETS.find((one) => one === target);
  const amount = Number(all.timeAmount);
  const unit = required('timeUnit');
  if (!Number.isInteger(amount) || amount < 1)
    throw invalidParameter(`rule ${name}: timeAmount must be 1 or more`);
  if (unit !== 'DAYS' && unit !== 'YEARS')
    throw invalidParameter(`rule ${name}: timeUnit must be DAYS or YEARS`);
  if (!known) throw invalidParameter(`rule ${name}: target must be one of ${TARGETS.join(', ')}`);
  if (action !== (known === 'multipart-uploads' ? 'ABORT' : 'DELETE')) {
    throw invalidParameter(
      `rule ${name}: the local region plays DELETE of objects and ABORT of uploads, not ${action} of ${target}`,
    );
  }
  const days = unit === 'DAYS' ? amount : amount * 365;
  return {
    name,
    action,
    target: known,
    days,
    isEnabled: flag('isEnabled') ?? true,
    filter: filterIn(all.objectNameFilter),
  };
}

function filterIn(value: unknown): NameFilter {
  const { all } = fields(value ?? {}, 'objectNameFilter');
  const list = (name: string): string[] => {
    const found = all[name] ?? [];
    if (!Array.isArray(found)) throw invalidParameter(`objectNameFilter.${name} must be a list`);
    return found.map(String);
  };
  return {
    inclusionPrefixes: list('inclusionPrefixes'),
    inclusionPatterns: list('inclusionPatterns'),
    exclusionPatterns: list('exclusionPatterns'),
  };
}

/** Age counts in whole days that begin at midnight UTC. */
export function isOlderThan(days: number, { since, now }: { since: string; now: Date }): boolean {
  return Math.floor(now.getTime() / DAY_MS) - Math.ceil(Date.parse(since) / DAY_MS) >= days;
}

export function isNamed(
  name: string,
  { inclusionPrefixes, inclusionPatterns, exclusionPatterns }: NameFilter,
): boolean {
  if (exclusionPatterns.some((pattern) => fitsGlob(name, pattern))) return false;
  if (inclusionPrefixes.length + inclusionPatterns.length === 0) return true;
  return (
    inclusionPrefixes.some((prefix) => name.startsWith(prefix)) ||
    inclusionPatterns.some((pattern) => fitsGlob(name, pattern))
  );
}

/** `*` any text, `?` one character, `[a-z]` one of a set, `\` takes the next character as it is. */
export function fitsGlob(name: string, pattern: string): boolean {
  const source = pattern.replace(
    /\\(.)|\[([^\]]+)\]|([*?])|([.+^${}()|[\]\\])/gs,
    (whole, escaped, set, wild) => {
      if (escaped !== undefined) return escapeCharacter(escaped);
      if (set !== undefined) return `[${String(set).replaceAll('\\', '\\\\')}]`;
      if (wild !== undefined) return wild === '*' ? '.*' : '.';
      return escapeCharacter(whole);
    },
  );
  return new RegExp(`^${source}$`, 'su').test(name);
}

function escapeCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
