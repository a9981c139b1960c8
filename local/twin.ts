// The twin of a deployment: what exists in the region is what a Terraform state (format v4) says.
import { readFileSync } from 'node:fs';
import type { Twin, TwinResource } from './types.ts';

/** The only state format since Terraform 0.12. */
const STATE_VERSION = 4;

/** A state that cannot be read: the message names the file, and line and column where there are any. */
export class TwinError extends Error {
  override readonly name = 'TwinError';
}

/** Reads a state file. Throws TwinError. */
export function readTwin(file: string): Twin {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TwinError(`${file}: cannot be read: ${message(cause)}`, { cause });
  }
  return parseTwin(text, file);
}

/** Reads the text of a state; `file` is for messages. Throws TwinError. */
export function parseTwin(text: string, file: string): Twin {
  const state = parseJson(text, file);
  const fail = (problem: string, word: string): TwinError =>
    new TwinError(`${file}${position(text, word)}: ${problem}`);
  if (!isRecord(state)) throw fail('not a Terraform state: the document must be an object', '');
  if (state.version !== STATE_VERSION) {
    const found = state.version === undefined ? 'has no "version"' : `has version ${state.version}`;
    throw fail(`not a Terraform state of format ${STATE_VERSION}: it ${found}`, '"version"');
  }
  if (!Array.isArray(state.resources)) throw fail('"resources" must be a list', '"resources"');
  const resources = state.resources.flatMap((block: unknown) => instancesOf(block, fail));
  const outputs = isRecord(state.outputs) ? state.outputs : {};
  return {
    resources,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [name, isRecord(output) ? output.value : undefined]),
    ),
    of: (type) => resources.filter((resource) => resource.type === type),
  };
}

type Fail = (problem: string, word: string) => TwinError;

/** Data sources are what Terraform looked up, not what it made: only managed resources exist in the twin. */
function instancesOf(block: unknown, fail: Fail): TwinResource[] {
  if (!isRecord(block)) throw fail('every resource must be an object', '"resources"');
  const { type, name, mode, instances } = block;
  if (mode === 'data') return [];
  if (typeof type !== 'string' || typeof name !== 'string') {
    throw fail('a resource has no "type" or no "name"', '"resources"');
  }
  if (!Array.isArray(instances)) throw fail(`${type}.${name} has no list "instances"`, `"${name}"`);
  return instances.map((instance: unknown) => {
    if (!isRecord(instance) || !isRecord(instance.attributes)) {
      throw fail(`an instance of ${type}.${name} has no "attributes"`, `"${name}"`);
    }
    const index = instance.index_key;
    return {
      type,
      name,
      index: typeof index === 'string' || typeof index === 'number' ? index : undefined,
      values: instance.attributes,
    };
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const offset = brokenAt(text, message(cause));
    const word = /\S+/.exec(text.slice(offset))?.[0] ?? 'the end of the file';
    const at = lineAndColumn(text, offset);
    throw new TwinError(
      `${file}:${at}: not JSON at "${word.slice(0, 40)}"; a Terraform state is a JSON file`,
      { cause },
    );
  }
}

/** V8 names the place in some messages only; else it is the end of the longest beginning that may go on. */
function brokenAt(text: string, said: string): number {
  const named = /position (\d+)/.exec(said)?.[1];
  if (named !== undefined) return Number(named);
  let [good, bad] = [0, text.length];
  while (good < bad) {
    const middle = Math.ceil((good + bad) / 2);
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle - 1;
  }
  return good;
}

function mayGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (cause) {
    const said = message(cause);
    return /end of JSON input|Unterminated/.test(said) || said.includes(`position ${beginning.length}`);
  }
}

function position(text: string, word: string): string {
  const offset = word === '' ? 0 : text.indexOf(word);
  return offset === -1 ? '' : `:${lineAndColumn(text, offset)}`;
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
