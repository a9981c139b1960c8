// A region of OCI on this machine: one server, one database, the services, and what they offer one another.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { adminRoutes } from './admin.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { type FaultBox, type FaultDetails, faultBox } from './faults.ts';
import { createRegionServer } from './http/server.ts';
import { type Log, stderrLog } from './log.ts';
import { createServices, type ServiceName } from './services.ts';
import { openStore } from './store.ts';
import { readTwin } from './twin.ts';
import type { Region, RegionOptions, Service, Wiring } from './types.ts';

export interface StartOptions extends Partial<RegionOptions> {
  /** Where all state lives; made if it is not there. */
  readonly directory: string;
  /** Terraform state file the region is a twin of; default: the committed state of `deploy/`. */
  readonly twin?: string;
  /** Start these services only; default: all. */
  readonly services?: readonly ServiceName[];
  /** Faults in force from the start, such as `iam-delay`. */
  readonly faults?: readonly FaultDetails[];
  readonly log?: Log;
  readonly now?: () => Date;
}

/** What `galley up` prints as one line of JSON. */
export interface Description {
  readonly endpoint: string;
  readonly namespace: string;
  readonly sourceBucket: string;
  readonly stateBucket: string;
  /** Path of an OCI config file with the profiles DEFAULT (owner) and DEVELOPER. */
  readonly ociConfig: string;
  /** Path; empty when no container-engine was started. */
  readonly kubeconfig: string;
  /** `host:port`; empty when no registry was started. */
  readonly registry: string;
}

export interface RunningRegion {
  readonly endpoint: string;
  readonly region: Region;
  readonly description: Description;
  /** Ends every process and container, then the server. */
  stop(): Promise<void>;
}

/** Starts a region and waits until every service is up. Throws TwinError, or what a service threw; nothing stays. */
export async function startRegion(options: StartOptions): Promise<RunningRegion> {
  mkdirSync(options.directory, { recursive: true });
  const twin = readTwin(options.twin ?? fileURLToPath(new URL('./default.tfstate.json', import.meta.url)));
  const deployment = deploymentOf(twin);
  const now = options.now ?? (() => new Date());
  const faults = faultBox(now);
  for (const fault of options.faults ?? []) faults.plant(fault);
  const address = { endpoint: '' };
  const region = createRegion(options, { twin, deployment, faults, now, address });
  const services: Service[] = await createServices(region, options.services);
  const admin = { name: 'galley', routes: adminRoutes(region, { faults, services: () => services }) };
  const server = createRegionServer(region, [admin, ...services]);
  address.endpoint = await listen(server, options.port ?? 0);
  const started: Service[] = [];
  const stop = () => stopRegion(region, server, started);
  try {
    for (const service of services) {
      started.push(service);
      await service.start?.();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: region.endpoint, region, description: describe(region, deployment, services), stop };
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

function withDefaults(options: StartOptions): RegionOptions {
  return {
    port: options.port ?? 0,
    cluster: options.cluster ?? 'auto',
    functions: options.functions ?? 'auto',
    bundles: options.bundles ?? fileURLToPath(new URL('../dist', import.meta.url)),
    clockSeconds: options.clockSeconds ?? 60,
    agentSeconds: options.agentSeconds ?? 1,
    registry: options.registry,
    tools: options.tools,
  };
}

/** Until a service offers something, asking for it is a mistake in the order of services. */
function unwired(): Wiring {
  const absent = (name: string) => (): never => {
    throw new TypeError(`No service of this region offers ${name}.`);
  };
  return {
    publish: absent('publish'),
    invoke: absent('invoke'),
    notify: absent('notify'),
    isAllowed: absent('isAllowed'),
    resourcePrincipal: absent('resourcePrincipal'),
    instanceCertificate: absent('instanceCertificate'),
    verifySigned: absent('verifySigned'),
    registryPrincipal: absent('registryPrincipal'),
    registryHost: absent('registryHost'),
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

async function stopRegion(region: Region, server: Server, started: readonly Service[]): Promise<void> {
  for (const service of started.toReversed()) {
    await Promise.resolve(service.stop?.()).catch((error: unknown) =>
      region.log('a service did not stop cleanly', { service: service.name, error: String(error) }),
    );
  }
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  region.database.close();
}

function describe(region: Region, deployment: Deployment, services: readonly Service[]): Description {
  const said: Readonly<Record<string, string>> = Object.assign(
    {},
    ...services.map((one) => one.describe?.()),
  );
  return {
    endpoint: region.endpoint,
    namespace: region.namespace,
    sourceBucket: deployment.sourceBucket,
    stateBucket: deployment.stateBucket,
    ociConfig: said.ociConfig ?? '',
    kubeconfig: said.kubeconfig ?? '',
    registry: said.registry ?? '',
  };
}
