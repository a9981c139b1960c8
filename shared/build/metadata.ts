// The codec of records: a build ⇄ the metadata of an empty object, within Object Storage's 2 KB.
import { type Build, NEXT, type Run, type State } from './build.ts';

/** Facts storage A.4: user metadata of an object is at most 2 KB in total; keys travel as `opc-meta-<key>`. */
export const METADATA_LIMIT_BYTES = 2000;
const PREFIX_BYTES = 'opc-meta-'.length;
const NUMBERS = new Set(['rolloutSeconds', 'attempt', 'position', 'revoked', 'exitCode', 'slot']);
/** Empty text is not sent (the SDK drops empty values), so these read as empty when they are absent. */
const FREE_TEXT = new Set(['detail', 'reason']);
const RUN = [
  'run-attempt',
  'run-instance',
  'run-slot',
  'run-command',
  'run-submittedat',
  'run-isover',
] as const;
/** Fields whose end may be cut when a record grows over the limit, in this order. */
const SHRINKABLE = ['report', 'detail', 'reason', 'path', 'avoid'];

export type Metadata = Record<string, string>;

/** Encodes a record; long free text is cut so that the set stays within the limit. Never an empty value. */
export function encodeBuild(build: Build): Metadata {
  const fields: Record<string, unknown> = { ...build, ...(flatRun(build) ?? {}) };
  delete fields.run;
  const metadata = encodeFields(fields);
  for (const key of SHRINKABLE) {
    while (sizeOf(metadata) > METADATA_LIMIT_BYTES && (metadata[key]?.length ?? 0) > 40) {
      const text = String(fields[key]);
      fields[key] = text.slice(0, Math.floor(text.length * 0.8));
      metadata[key] = encodeURIComponent(wellFormed(`${fields[key]}…`));
    }
  }
  return metadata;
}

/** Any flat record → metadata: keys in lower case, values percent-encoded, undefined and empty ones left out. */
export function encodeFields(fields: Readonly<Record<string, unknown>>): Metadata {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(
    kept.map(([key, value]) => [key.toLowerCase(), encodeURIComponent(wellFormed(String(value)))]),
  );
}

/** Bytes the set takes on the wire, prefixes included. */
export function sizeOf(metadata: Metadata): number {
  return Object.entries(metadata).reduce(
    (sum, [key, value]) => sum + PREFIX_BYTES + key.length + value.length,
    0,
  );
}

/** Decodes a record. Throws TypeError naming the field that is missing or wrong. */
export function decodeBuild(metadata: Readonly<Metadata>): Build {
  const text = decodeFields(metadata);
  const state = text.state ?? '';
  if (!(state in NEXT)) throw new TypeError(`record: unknown state "${state}"`);
  const names = FIELDS[state as State];
  const fields: Record<string, unknown> = {};
  for (const name of [...ORIGIN, ...names]) {
    const isOptional = name.endsWith('?');
    const key = name.replace('?', '');
    const value = text[key.toLowerCase()] ?? (FREE_TEXT.has(key) && !isOptional ? '' : undefined);
    if (value === undefined && !isOptional) throw new TypeError(`record: field "${key}" is missing`);
    if (value !== undefined) fields[key] = typed(key, value);
  }
  const run = readRun(text);
  if (state === 'building' && run === undefined) throw new TypeError('record: field "run" is missing');
  // Checked field by field above; the union cannot be built up piecewise.
  return { ...fields, state, ...(run === undefined ? {} : { run }) } as unknown as Build;
}

/** Metadata → plain strings; a value that is not percent-encoded is taken as it stands. */
export function decodeFields(metadata: Readonly<Metadata>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), decode(value)]),
  );
}

const ORIGIN = [
  'app',
  'id',
  'object',
  'eTag',
  'versionId?',
  'uploadedAt',
  'namespace',
  'policy',
  'rolloutSeconds',
  'onFailure',
  'shrink?',
  'rollbackOf?',
  'since',
];
const FIELDS: Record<State, readonly string[]> = {
  queued: ['attempt', 'reason', 'position?', 'notBefore?', 'avoid?', 'revoked?'],
  building: ['attempt', 'deliverBy', 'runBy', 'stopping?', 'stoppingSince?', 'reason?', 'avoid?'],
  pushed: ['attempt', 'image', 'applyBy'],
  applying: ['attempt', 'image', 'rolloutBy', 'reason?'],
  deployed: ['image', 'endpoint', 'report?'],
  rejected: ['rule', 'path?', 'detail'],
  failed: ['phase', 'reason', 'detail', 'fault', 'exitCode?', 'image?', 'rolledBackTo?'],
  canceled: ['by'],
  superseded: ['by'],
};

function typed(key: string, value: string): unknown {
  if (key === 'shrink') return value === 'true';
  if (!NUMBERS.has(key)) return value;
  if (!/^\d+$/.test(value)) throw new TypeError(`record: field "${key}" is no number: "${value}"`);
  return Number(value);
}

function flatRun(build: Build): Record<string, unknown> | undefined {
  const run = 'run' in build ? build.run : undefined;
  if (run === undefined) return undefined;
  const values = [run.attempt, run.instance, run.slot, run.command, run.submittedAt, run.isOver];
  return Object.fromEntries(RUN.map((key, index) => [key, values[index]]));
}

function readRun(text: Record<string, string>): Run | undefined {
  const [attempt, instance, slot, command, submittedAt, over] = RUN.map((key) => text[key]);
  if (attempt === undefined || instance === undefined || slot === undefined || submittedAt === undefined) {
    return undefined;
  }
  return {
    attempt: Number(attempt),
    instance,
    slot: Number(slot),
    ...(command === undefined ? {} : { command }),
    submittedAt,
    ...(over === 'true' ? { isOver: true } : {}),
  };
}

/** A cut may split a surrogate pair, which encodeURIComponent refuses. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
