// What is asked of the region itself, not of a service of OCI: `/_galley/…`, unsigned, on the loopback only.
import { factsOf } from './description.ts';
import { parseFault } from './fault-details.ts';
import type { FaultBox } from './faults.ts';
import type { Tally } from './http/tally.ts';
import { notPlayed } from './played.ts';
import type { Region, Route, Service } from './types.ts';

interface Inside {
  readonly faults: FaultBox;
  readonly tally: Tally;
  services(): readonly Service[];
}

export function adminRoutes(region: Region, inside: Inside): readonly Route[] {
  const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
    operation: `Galley${method}${path}`,
    method,
    path: `/_galley${path}`,
    auth: 'none',
    handle,
  });
  return [
    route('GET', '/health', () => ({ status: 200, body: health(region, inside.services()) })),
    route('GET', '/calls', () => ({ status: 200, body: inside.tally.list() })),
    route('POST', '/reset', async () => {
      for (const service of inside.services()) await service.reset?.();
      inside.faults.clear();
      return { status: 204 };
    }),
    route('GET', '/faults', () => ({ status: 200, body: inside.faults.list() })),
    route('POST', '/faults', async (call) => ({
      status: 201,
      body: inside.faults.plant(parseFault(await call.json())),
    })),
    route('DELETE', '/faults', (call) => {
      inside.faults.clear(call.query.get('name') ?? undefined);
      return { status: 204 };
    }),
  ];
}

function health(region: Region, services: readonly Service[]): object {
  return {
    status: 'ok',
    region: region.name,
    services: services.map(({ name }) => name),
    /** What the services say of themselves, such as which kind of cluster runs. */
    facts: factsOf(services),
    /** In the twin's Terraform state, and left out here. */
    notPlayed: notPlayed(region.twin),
  };
}
