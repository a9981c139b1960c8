// How many signed calls each operation got since the region started: what a pipeline costs in requests.

export interface ServiceCalls {
  readonly service: string;
  readonly calls: number;
  /** Of them, signed by people: not what the pipeline itself costs. */
  readonly people: number;
  /** By operation, sorted by name. */
  readonly operations: Readonly<Record<string, number>>;
}

export interface Tally {
  count(service: string, operation: string, isPerson?: boolean): void;
  /** Sorted by service; services nobody called are left out. */
  list(): readonly ServiceCalls[];
}

export function openTally(): Tally {
  const services = new Map<string, Map<string, number>>();
  const people = new Map<string, number>();
  return {
    count(service, operation, isPerson = false) {
      if (isPerson) people.set(service, (people.get(service) ?? 0) + 1);
      const operations = services.get(service) ?? new Map<string, number>();
      operations.set(operation, (operations.get(operation) ?? 0) + 1);
      services.set(service, operations);
    },
    list: () =>
      [...services]
        .map(([service, operations]) => ({
          service,
          calls: [...operations.values()].reduce((sum, each) => sum + each, 0),
          people: people.get(service) ?? 0,
          operations: Object.fromEntries([...operations].sort(([a], [b]) => a.localeCompare(b))),
        }))
        .sort((a, b) => a.service.localeCompare(b.service)),
  };
}
