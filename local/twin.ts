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
    const offset = Number(/position (\d+)/.exec(message(cause))?.[1] ?? text.length);
    const word = /\S+/.exec(text.slice(offset))?.[0] ?? 'the end of the file';
    const at = lineAndColumn(text, offset);
    throw new TwinError(
      `${file}:${at}: not JSON at "${word.slice(0, 40)}"; a Terraform state is a JSON file`,
      { cause },
    );
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

/** What the region plays of a state. Networks, logs, alarms' metrics and the like shape the cloud only. */
const PLAYED: ReadonlySet<string> = new Set([
  'oci_objectstorage_bucket',
  'oci_objectstorage_object',
  'oci_functions_application',
  'oci_functions_function',
  'oci_events_rule',
  'oci_ons_notification_topic',
  'oci_ons_subscription',
  'oci_monitoring_alarm',
  'oci_core_instance',
  'oci_identity_dynamic_group',
  'oci_identity_policy',
  'oci_containerengine_cluster',
  'oci_artifacts_container_repository',
]);

/** The addresses of resources that exist in the cloud and that this region leaves out, sorted. */
export function notPlayed(twin: Twin): readonly string[] {
  const addresses = twin.resources
    .filter(({ type }) => !PLAYED.has(type))
    .map(
      ({ type, name, index }) => `${type}.${name}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`,
    );
  return addresses.sort();
}
