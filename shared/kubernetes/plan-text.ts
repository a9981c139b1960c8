// A plan for people: the list of what would happen, and the diff of every object, Secrets masked.
import { isDeepStrictEqual } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { toYaml } from './dialect.ts';
import { groupKind, isMap, type Json, type KubeObject, keyOf } from './objects.ts';
import type { Leaving } from './prune.ts';
import type { Step } from './rehearsal.ts';
import { warningsOf } from './report.ts';

/** The diff package is quadratic on unlike texts; an object takes milliseconds. */
const DIFF_MS = 1000;

const SIGNS = { create: '+', change: '~', restart: '~', recreate: '-/+', unchanged: ' ' } as const;
const NOTES = {
  create: 'would be created',
  change: 'would be changed',
  restart: 'would be changed; its pods restart',
  recreate: 'would be deleted and made anew',
  unchanged: 'unchanged',
} as const;

/** The whole text; ends with a newline. */
export function planText(steps: readonly Step[], { pruned, kept }: Leaving): string {
  const lines = steps.map(
    ({ action, object }) => `${SIGNS[action].padStart(3)} ${keyOf(object)} ${NOTES[action]}`,
  );
  const going = pruned.map(({ object }) => `  - ${keyOf(object)} would be pruned`);
  const staying = kept.map(({ object }) => `    ${keyOf(object)} is not in the set and stays`);
  const diffs = steps.filter(({ action }) => action !== 'unchanged').map(diffOf);
  const notes = [
    ...steps.flatMap(({ item, left }) =>
      left.map(({ field, manager }) => `${keyOf(item.object)}: ${field} is left to ${manager}`),
    ),
    ...warningsOf(steps),
  ];
  return `${[...lines, ...going, ...staying, ...notes].join('\n')}\n${diffs.join('')}`;
}

function diffOf({ live, object, action }: Step): string {
  if (live === undefined && action !== 'create') return '';
  const after = shown(object, live ?? object, live !== undefined);
  const before = live === undefined ? undefined : shown(live, live);
  const name = keyOf(object);
  const patch = createTwoFilesPatch(
    `live/${name}`,
    `plan/${name}`,
    before === undefined ? '' : toYaml(differing(before, after)),
    toYaml(before === undefined ? after : differing(after, before)),
    undefined,
    undefined,
    { context: 3, timeout: DIFF_MS },
  );
  return `\n${(patch ?? `${name}: too different to compare\n`).replace(/^=+\n/, '')}`;
}

/** Without the parts that are equal: writing and comparing them is most of the work. */
function differing(one: Json, other: Json): Json {
  return Object.fromEntries(
    Object.entries(one).filter(([key, value]) => !isDeepStrictEqual(value, other[key])),
  );
}

/** An object without what the server keeps for itself; Secret values only say whether they change. */
function shown(object: KubeObject, live: KubeObject, isAfter = false): Json {
  const { apiVersion, kind, status: _, ...rest } = object;
  const { managedFields, resourceVersion, generation, uid, creationTimestamp, ...metadata } = object.metadata;
  const clean = { apiVersion, kind, ...rest, metadata };
  if (groupKind(object) !== 'Secret') return clean;
  const annotations = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(
      ([key]) => !key.endsWith('last-applied-configuration'),
    ),
  );
  const masked = Object.fromEntries(
    ['data', 'stringData']
      .filter((field) => isMap(object[field]))
      .map((field) => [
        field,
        mask(object[field] as Json, { other: isMap(live[field]) ? (live[field] as Json) : {}, isAfter }),
      ]),
  );
  return { ...clean, metadata: { ...metadata, annotations }, ...masked };
}

function mask(values: Json, { other, isAfter }: { other: Json; isAfter: boolean }): Json {
  const word = (key: string): string => (isAfter && other[key] !== values[key] ? '*** (changed)' : '***');
  return Object.fromEntries(Object.keys(values).map((key) => [key, word(key)]));
}
