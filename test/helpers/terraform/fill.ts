// What a provider adds to a configuration: unknowns at plan, values at apply.
import type { Block, NestedBlock } from './schema.ts';
import { isObject, type ObjectValue, UNKNOWN, type Value } from './values.ts';

/** At plan: what the configuration leaves to the provider becomes "known after apply". */
export function withUnknowns(block: Block, value: ObjectValue): ObjectValue {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { computed }]) => {
    const given = value[name] ?? null;
    return [name, computed === true && given === null ? UNKNOWN : given] as const;
  });
  return { ...Object.fromEntries(attributes), ...nested(block, value, withUnknowns) };
}

/** At apply: `computed` gives what OCI would answer; the rest gets an empty value of its type. */
export function withValues(block: Block, value: ObjectValue, computed: ObjectValue): ObjectValue {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { type }]) => {
    const planned = value[name] ?? null;
    return [name, planned === UNKNOWN ? (computed[name] ?? emptyOf(type)) : planned] as const;
  });
  const inner = (innerBlock: Block, item: ObjectValue): ObjectValue => withValues(innerBlock, item, {});
  return { ...Object.fromEntries(attributes), ...nested(block, value, inner) };
}

type Fill = (block: Block, value: ObjectValue) => ObjectValue;

function nested(block: Block, value: ObjectValue, fill: Fill): ObjectValue {
  const blocks = Object.entries(block.block_types ?? {});
  return Object.fromEntries(
    blocks.map(([name, type]) => [name, fillBlocks(type, value[name] ?? null, fill)]),
  );
}

function fillBlocks(type: NestedBlock, value: Value, fill: Fill): Value {
  // `timeouts` is Terraform's, not OCI's: it is kept as it is.
  if (type.nesting_mode === 'single') return value;
  if (value === null) return [];
  if (!Array.isArray(value)) return value;
  return value.map((item: Value) => (isObject(item) ? fill(type.block, item) : item));
}

function emptyOf(type: unknown): Value {
  if (!Array.isArray(type)) return null;
  return type[0] === 'map' ? {} : [];
}

/** Completes a value to its type: names an object type has and the value has not become null. */
export function conform(type: unknown, value: Value | undefined): Value {
  if (!Array.isArray(type) || value === undefined || value === null) return value ?? null;
  const [kind, inner] = type as [string, unknown];
  if (kind === 'object' && isObject(value)) {
    const names = Object.entries(inner as Record<string, unknown>);
    return Object.fromEntries(names.map(([name, item]) => [name, conform(item, value[name])]));
  }
  return Array.isArray(value) ? value.map((item: Value) => conform(inner, item)) : value;
}
