// A region of OCI on this machine: one server, one database, the services, and what they offer one another.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { adminRoutes } from './admin.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { type Description, describe, factsOf } from './description.ts';
import { type FaultBox, faultBox } from './faults.ts';
import { createRegionServer } from './http/server.ts';
import { openTally } from './http/tally.ts';
import { lockDirectory } from './lock.ts';
import { stderrLog } from './log.ts';
import { DEFAULT_TWIN, type StartOptions, withDefaults } from './options.ts';
import { createServices } from './services.ts';
import { openStore } from './store.ts';
import { readTwin } from './twin.ts';
import type { Region, Service } from './types.ts';
import { unwired } from './wiring.ts';

export type { Description } from './description.ts';
export type { StartOptions } from './options.ts';

export interface RunningRegion {
  readonly endpoint: string;
  readonly region: Region;
  readonly description: Description;
  /** What the services say of themselves, such as which kind of cluster runs. */
  readonly facts: Readonly<Record<string, string>>;
  /** Ends every process and container, then the server. */
  stop(): Promise<void>;
}

/**
 * Starts a region and waits until every service is up.
 * Throws TwinError, LockError when another region runs in the directory, or what a service threw; nothing stays.
 */
export async function startRegion(options: StartOptions): Promise<RunningRegion> {
  mkdirSync(options.directory, { recursive: true });
  const twin = readTwin(options.twin ?? DEFAULT_TWIN);
  const deployment = deploymentOf(twin);
  const undo: (() => Promise<void> | void)[] = [lockDirectory(options.directory)];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const now = options.now ?? (() => new Date());
    const faults = faultBox(now);
    for (const fault of options.faults ?? []) faults.plant(fault);
    const address = { endpoint: '' };
    const region = createRegion(options, { twin, deployment, faults, now, address });
    undo.push(() => region.database.close());
    const services = await createServices(region, options.services);
    const tally = openTally();
    const admin = {
      name: 'galley',
      routes: adminRoutes(region, { faults, tally, services: () => services }),
    };
    const server = createRegionServer(region, { services: [admin, ...services], tally });
    address.endpoint = await listen(server, options.port ?? 0);
    undo.push(() => close(server));
    await startServices(region, services, { undo, ...options });
    const facts = factsOf(services);
    return {
      endpoint: region.endpoint,
      region,
      facts,
      description: describe(region, deployment, facts),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Each service is stopped even if its start failed half-way; one that cannot stop does not keep the others. */
async function startServices(
  region: Region,
  services: readonly Service[],
  {
    undo,
    signal,
    starting,
  }: Pick<StartOptions, 'signal' | 'starting'> & { undo: (() => Promise<void> | void)[] },
): Promise<void> {
  for (const service of services) {
    signal?.throwIfAborted();
    starting?.(service.name);
    undo.push(async () => {
      await Promise.resolve(service.stop?.()).catch((error: unknown) =>
        region.log('a service did not stop cleanly', { service: service.name, error: String(error) }),
      );
    });
    await service.start?.();
  }
}

interface Parts {
  readonly twin: Region['twin'];
  readonly deployment: Deployment;
  readonly faults: FaultBox;
  readonly now: () => Date;
  readonly address: { endpoint: string };
}

function createRegion(options: StartOptions, { twin, deployment, faults, now, address }: Parts): Region {
  return {
    get endpoint() {
      if (address.endpoint === '') throw new TypeError('The region has no endpoint before it listens.');
      return address.endpoint;
    },
    name: deployment.region,
    tenancyId: deployment.tenancyId,
    compartmentId: deployment.compartmentId,
    namespace: deployment.namespace,
    directory: options.directory,
    database: openStore(options.directory),
    twin,
    faults,
    options: withDefaults(options),
    wiring: unwired(),
    now,
    log: options.log ?? stderrLog(now),
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
