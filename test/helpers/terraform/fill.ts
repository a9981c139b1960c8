// What a provider adds to a configuration: unknowns at plan, values at apply.
import { isList } from './paths.ts';
import type { Block, NestedBlock } from './schema.ts';
import { isEqual, isObject, type ObjectValue, UNKNOWN, type Value } from './values.ts';

/** At plan: what the configuration leaves to the provider stays as it was, or becomes "known after apply". */
export function withUnknowns(block: Block, value: ObjectValue, prior: Value = null): ObjectValue {
  if (isObject(prior) && covers(block, { prior, value })) return prior;
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { computed }]) => {
    const given = value[name] ?? null;
    return [name, computed === true && given === null ? UNKNOWN : given] as const;
  });
  const before = (name: string): Value => (isObject(prior) ? (prior[name] ?? null) : null);
  const blocks = eachBlock(block, (name, type) =>
    fillBlocks(type, value[name] ?? null, (item) =>
      withUnknowns(type.block, item, likeness(type, { item, prior: before(name) })),
    ),
  );
  return { ...Object.fromEntries(attributes), ...blocks };
}

/** At apply: `computed` gives what OCI would answer; the rest gets an empty value of its type. */
export function withValues(block: Block, value: ObjectValue, computed: ObjectValue): ObjectValue {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { type }]) => {
    const planned = value[name] ?? null;
    return [name, planned === UNKNOWN ? (computed[name] ?? emptyOf(type)) : planned] as const;
  });
  const blocks = eachBlock(block, (name, type) =>
    fillBlocks(type, value[name] ?? null, (item) => withValues(type.block, item, {})),
  );
  return { ...Object.fromEntries(attributes), ...blocks };
}

/** Does `prior` say all that `value` says? What the configuration leaves open may be anything. */
function covers(block: Block, { prior, value }: { prior: ObjectValue; value: ObjectValue }): boolean {
  const attributes = Object.entries(block.attributes ?? {}).every(([name, { computed }]) => {
    const given = value[name] ?? null;
    return (computed === true && given === null) || isEqual(given, prior[name] ?? null);
  });
  return (
    attributes &&
    Object.entries(block.block_types ?? {}).every(([name, type]) =>
      coversBlocks(type, [prior[name], value[name]]),
    )
  );
}

function coversBlocks(
  type: NestedBlock,
  [prior, value]: readonly [Value | undefined, Value | undefined],
): boolean {
  if (!isList(prior) || !isList(value)) return isEqual(prior ?? null, value ?? null);
  const isSame = (item: Value): boolean => isObject(item) && likeness(type, { item, prior }) !== null;
  return prior.length === value.length && value.every(isSame);
}

/** Items of a set have no place: the former self of one is the item that says all it says. */
function likeness(type: NestedBlock, { item, prior }: { item: ObjectValue; prior: Value }): Value {
  const items = isList(prior) ? prior.filter(isObject) : [];
  return items.find((one) => covers(type.block, { prior: one, value: item })) ?? null;
}

function eachBlock(block: Block, fill: (name: string, type: NestedBlock) => Value): ObjectValue {
  return Object.fromEntries(
    Object.entries(block.block_types ?? {}).map(([name, type]) => [name, fill(name, type)]),
  );
}

function fillBlocks(type: NestedBlock, value: Value, fill: (item: ObjectValue) => ObjectValue): Value {
  // `timeouts` is Terraform's, not OCI's: it is kept as it is.
  if (type.nesting_mode === 'single') return value;
  if (value === null) return [];
  return isList(value) ? value.map((item) => (isObject(item) ? fill(item) : item)) : value;
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
  return isList(value) ? value.map((item) => conform(inner, item)) : value;
}
