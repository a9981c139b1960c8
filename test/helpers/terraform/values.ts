// Terraform's values on the wire: MessagePack, where "known after apply" is an extension of its own.
import { decode, Encoder, ExtData, ExtensionCodec } from '@msgpack/msgpack';

/** A value that is known only after apply. */
export const UNKNOWN: unique symbol = Symbol('known after apply');

export type Value =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [name: string]: Value };
export type ObjectValue = { readonly [name: string]: Value };

/** Extension 0: unknown. Extension 12: unknown with refinements, which we do not use. */
const UNKNOWN_TYPE = 0;
const REFINED_UNKNOWN_TYPE = 12;

const codec = new ExtensionCodec();
for (const type of [UNKNOWN_TYPE, REFINED_UNKNOWN_TYPE]) {
  codec.register({ type, encode: () => null, decode: () => UNKNOWN });
}
const encoder = new Encoder({ extensionCodec: codec });

/** The wire form; `null` stands for "there is no such object". */
export function encodeValue(value: Value): { msgpack: Buffer } {
  return { msgpack: Buffer.from(encoder.encode(wire(value))) };
}

/** Reads a DynamicValue; an empty one is null. */
export function decodeValue(dynamic: { msgpack: Uint8Array; json: Uint8Array } | null): Value {
  if (dynamic === null) return null;
  if (dynamic.msgpack.length > 0) return decode(dynamic.msgpack, { extensionCodec: codec }) as Value;
  return dynamic.json.length > 0 ? (JSON.parse(Buffer.from(dynamic.json).toString()) as Value) : null;
}

function wire(value: Value): unknown {
  if (value === UNKNOWN) return new ExtData(UNKNOWN_TYPE, new Uint8Array([0]));
  if (Array.isArray(value)) return value.map(wire);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, wire(item)]));
  return value;
}

export function isObject(value: Value | undefined): value is ObjectValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Same value? Order of names does not matter, order of lists does. */
export function isEqual(left: Value | undefined, right: Value | undefined): boolean {
  if (isObject(left) && isObject(right)) {
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...names].every((name) => isEqual(left[name], right[name]));
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  }
  return left === right;
}
