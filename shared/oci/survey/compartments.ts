// The tenancy's compartments: which lie above a deployment, and what statements call them.
import { ask, inCompartment } from './finding.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';

export interface Compartments {
  /** By name and by path (`team:shop`), in lower case; names that several have stand for none. */
  readonly byName: ReadonlyMap<string, string>;
  /** The compartments a compartment lies in, itself first and the root last. */
  above(compartmentId: string): readonly string[];
}

interface Known {
  readonly id: string;
  readonly name: string;
  /** Of its parent. */
  readonly compartmentId: string;
}

/** For whoever may not list them, only the root is above anything, and statements with OCIDs are read. */
export async function surveyCompartments({ clients, tenancyId }: Place): Promise<Compartments> {
  const client = await clients.identity();
  const request = { compartmentId: tenancyId, compartmentIdInSubtree: true, limit: 100 };
  const { found = [] } = await ask('compartments', {
    get: () => wholeList((page) => client.listCompartments({ ...request, ...page })),
    right: inCompartment('COMPARTMENT_INSPECT', tenancyId),
  });
  return compartmentsOf(found, tenancyId);
}

export function compartmentsOf(list: readonly Known[], tenancyId: string): Compartments {
  const byId = new Map(list.map((one) => [one.id, one]));
  const chain = (id: string): Known[] => {
    const one = byId.get(id);
    return one === undefined ? [] : [one, ...chain(one.compartmentId)];
  };
  const names = list.flatMap(({ id }) => {
    const path = chain(id).map(({ name }) => name.toLowerCase());
    return path.map((_, depth) => ({
      id,
      name: path
        .slice(0, depth + 1)
        .reverse()
        .join(':'),
    }));
  });
  const single = [...Map.groupBy(names, ({ name }) => name)].filter(([, all]) => all.length === 1);
  return {
    byName: new Map(single.map(([name, [one]]) => [name, one?.id ?? ''])),
    above: (id) => {
      const found = chain(id).map((one) => one.id);
      return [...new Set([...(found.length === 0 ? [id] : found), tenancyId])];
    },
  };
}
