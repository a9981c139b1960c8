// What deploys cost: signed calls by service, and function time.
import type { Pipeline } from '../test/end-to-end/pipeline.ts';
import { type Row, round, within } from './rows.ts';

export interface Costs {
  /** Calls by service, without those of people. */
  readonly calls: ReadonlyMap<string, number>;
  readonly gbSeconds: number;
  since(before: Costs): Costs;
}

export async function costsOf(pipeline: Pipeline): Promise<Costs> {
  const { functions } = (await pipeline.admin('GET', '/_galley/functions/usage')) as {
    functions: { gbSeconds: number }[];
  };
  const calls = (await pipeline.admin('GET', '/_galley/calls')) as {
    service: string;
    calls: number;
    people: number;
  }[];
  return costs(
    new Map(calls.map((each) => [each.service, each.calls - each.people])),
    functions.reduce((sum, each) => sum + each.gbSeconds, 0),
  );
}

function costs(calls: ReadonlyMap<string, number>, gbSeconds: number): Costs {
  return {
    calls,
    gbSeconds,
    since: (before) =>
      costs(
        new Map([...calls].map(([service, count]) => [service, count - (before.calls.get(service) ?? 0)])),
        gbSeconds - before.gbSeconds,
      ),
  };
}

/** The clock's sweeps that fell into the measurement are in it. */
export function costRows({ calls, gbSeconds }: Costs, deploys: number): Row[] {
  const each = [...calls].map(([service, count]) => [service, count / deploys] as const);
  const total = each.reduce((sum, [, count]) => sum + count, 0);
  const detail = each
    .filter(([, count]) => count > 0)
    .map(([service, count]) => `${service} ${round(count)}`);
  return [
    {
      what: `calls a deploy (${detail.join(', ')})`,
      measured: round(total),
      baseline: '–',
      ratio: '–',
      goal: '≤ 40',
      isMet: total <= 40,
    },
    within('function time a deploy', { measured: gbSeconds / deploys, most: 3, unit: 'GB-s' }),
  ];
}
