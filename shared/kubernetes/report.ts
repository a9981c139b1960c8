// What was done to a set, in the words kubectl uses for it.
import { titleOf } from './objects.ts';
import type { Leaving } from './prune.ts';
import type { Action, Step } from './rehearsal.ts';

const WORDS = {
  create: 'created',
  change: 'configured',
  restart: 'configured',
  recreate: 'recreated',
  unchanged: 'unchanged',
} as const satisfies Record<Action, string>;

/** Records are small; what does not fit is in the stored plan. */
const LIMIT = 900;

/** `late` objects could not be rehearsed and are new. `2 created, 1 configured, 5 unchanged, 1 pruned. Taken over from kubectl: …` */
export function reportOf(steps: readonly Step[], { pruned, kept, late }: Leaving & { late: number }): string {
  const counts = new Map<string, number>(late > 0 ? [['created', late]] : []);
  for (const { action } of steps) counts.set(WORDS[action], (counts.get(WORDS[action]) ?? 0) + 1);
  if (pruned.length > 0) counts.set('pruned', pruned.length);
  const order = ['created', 'configured', 'recreated', 'unchanged', 'pruned'];
  const done = order.filter((word) => counts.has(word)).map((word) => `${counts.get(word)} ${word}`);
  const sentences = [
    `${done.join(', ')}.`,
    ...steps.flatMap(takenSentence),
    ...steps.flatMap(leftSentence),
    ...(kept.length > 0
      ? [`Kept though not in the set: ${kept.map(({ object }) => titleOf(object)).join(', ')}.`]
      : []),
    ...warningsOf(steps),
  ];
  const text = sentences.join(' ');
  return text.length <= LIMIT ? text : `${text.slice(0, LIMIT - 4)} ...`;
}

function takenSentence({ taken, isMigrating, item }: Step): string[] {
  if (taken.length === 0)
    return isMigrating ? [`${titleOf(item.object)} taken over from kubectl apply.`] : [];
  const who = [...new Set(taken.map(({ manager }) => manager))].join(', ');
  const fields = taken.map(({ field }) => field).join(', ');
  return [`${titleOf(item.object)}: taken over from ${who}: ${fields}.`];
}

function leftSentence({ left, item }: Step): string[] {
  return left.map(({ manager, field }) => `${titleOf(item.object)}: ${field} left to ${manager}.`);
}

/** The server's own warnings, each once: deprecated versions, Pod Security. */
export function warningsOf(steps: readonly Step[]): string[] {
  const warnings = steps.flatMap((step) =>
    step.warnings.map((text) => `${titleOf(step.item.object)}: ${text}`),
  );
  return [...new Set(warnings)].map((text) => `Warning: ${text}.`);
}
