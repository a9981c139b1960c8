// Values that Go cannot read into their type. The API server says what is wrong with them, and not where they stand.
import { groupKind, isMap, type KubeObject } from './objects.ts';

/** `failed to convert new object (…) to proper version: unable to convert unstructured object to apps/v1, Kind=X: …` */
const UNREADABLE = /unable to convert unstructured object to [^:]+: (.+)/s;
/** Maps whose values are all quantities: of containers, claims, quotas and limit ranges. */
const QUANTITIES = new Set(['requests', 'limits', 'hard', 'max', 'min', 'default', 'defaultRequest']);
const QUANTITY = /^[+-]?[0-9.]+([eE][+-]?[0-9]+|[numkKMGTPE]i?)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** One finding for each value it can be, or one without a field; undefined when the server complains of something else. */
export function unreadableValues(
  object: KubeObject,
  words: string,
): { field?: string; message: string }[] | undefined {
  const said = UNREADABLE.exec(words)?.[1];
  if (said === undefined) return undefined;
  const message = said.replace(/^error decoding from json: /, '');
  const fields = [...suspects(object, said)];
  return fields.length > 0 ? fields.map((field) => ({ field, message })) : [{ message }];
}

function suspects(object: KubeObject, said: string): Iterable<string> {
  if (said.includes('quantities must match')) return badQuantities(object, '');
  const isSecret = said.includes('illegal base64') && groupKind(object) === 'Secret';
  return isSecret ? badBase64(object.data) : [];
}

function* badQuantities(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* badQuantities(item, `${path}[${index}]`);
    return;
  }
  if (!isMap(value)) return;
  const isOfQuantities = QUANTITIES.has(path.slice(path.lastIndexOf('.') + 1));
  for (const [key, item] of Object.entries(value)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (isOfQuantities && typeof item === 'string' && !QUANTITY.test(item)) yield here;
    yield* badQuantities(item, here);
  }
}

function* badBase64(data: unknown): Generator<string> {
  for (const [key, item] of Object.entries(isMap(data) ? data : {})) {
    if (typeof item === 'string' && !BASE64.test(item.replace(/[\r\n]/g, ''))) yield `data.${key}`;
  }
}
