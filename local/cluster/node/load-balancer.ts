// Services of type LoadBalancer: a loopback address of their own, whose ports lead to ready pods.
import type { Server, Socket } from 'node:net';
import type { ApiClient } from '../api-client.ts';
import { type Fields, fieldsOf, isSame, type KubeObject, listOf, textOf } from '../object.ts';
import { forward } from './balancer-forward.ts';
import { addressesOf, closeServer, openPort, type PortStatus } from './balancer-ports.ts';
import type { PodWorker } from './pod-worker.ts';

export interface BalancerOptions {
  readonly client: ApiClient;
  /** Tells regions of one machine apart: their Services get different addresses. */
  readonly label: string;
  pods(): Iterable<PodWorker>;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

interface Balancer {
  ip: string;
  ports: readonly PortStatus[];
  servers: readonly Server[];
  service: KubeObject;
}

export interface LoadBalancers {
  onService(service: KubeObject): void;
  onServiceGone(service: KubeObject): void;
  stop(): Promise<void>;
}

/** Opens, moves and closes balancers one change after the other, as Services come and go. */
export function startLoadBalancers(options: BalancerOptions): LoadBalancers {
  const balancers: Balancers = new Map();
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    const failed = (error: unknown): void => options.log('a load balancer failed', { error: String(error) });
    turn = turn.then(work).catch(failed);
  };
  return {
    onService(service) {
      const isWanted =
        service.spec?.type === 'LoadBalancer' && service.metadata.deletionTimestamp === undefined;
      inTurn(() =>
        isWanted ? open(options, balancers, service) : close(balancers, service.metadata.uid ?? ''),
      );
    },
    onServiceGone: (service) => inTurn(() => close(balancers, service.metadata.uid ?? '')),
    async stop() {
      await turn;
      await Promise.all([...balancers.keys()].map((uid) => close(balancers, uid)));
    },
  };
}

type Balancers = Map<string, Balancer>;

async function close(balancers: Balancers, uid: string): Promise<void> {
  const balancer = balancers.get(uid);
  balancers.delete(uid);
  await Promise.all((balancer?.servers ?? []).map(closeServer));
}

async function open(options: BalancerOptions, balancers: Balancers, service: KubeObject): Promise<void> {
  const uid = service.metadata.uid ?? '';
  const known = balancers.get(uid);
  if (known && isSame(portsOf(known.service), portsOf(service))) {
    known.service = service;
  } else {
    await close(balancers, uid);
    balancers.set(uid, await openBalancer(options, service, () => balancers.get(uid)?.service ?? service));
  }
  const balancer = balancers.get(uid);
  if (balancer) await writeStatus(options, service, balancer);
}

function portsOf(service: KubeObject): Fields[] {
  return listOf(service.spec?.ports).filter((port) => (textOf(port.protocol) || 'TCP') === 'TCP');
}

async function openBalancer(
  options: BalancerOptions,
  service: KubeObject,
  current: () => KubeObject,
): Promise<Balancer> {
  const ports = portsOf(service);
  for (const ip of addressesOf(options.label, service)) {
    const servers: Server[] = [];
    const opened: PortStatus[] = [];
    try {
      for (const port of ports) {
        const handler = (socket: Socket): void =>
          void forward(options.pods(), socket, { service: current(), port });
        opened.push(await openPort(servers, { ip, port, handler }));
      }
      return { ip, ports: opened, servers, service };
    } catch {
      // Somebody else holds a port of this address, or the host has no such address.
      await Promise.all(servers.map(closeServer));
    }
  }
  throw new Error(
    `no loopback address is free for the ports of Service ${service.metadata.namespace}/${service.metadata.name}`,
  );
}

async function writeStatus(
  { client }: BalancerOptions,
  service: KubeObject,
  { ip, ports }: Balancer,
): Promise<void> {
  const hasErrors = ports.some((port) => port.error !== undefined);
  const ingress = [{ ip, ipMode: 'Proxy', ...(hasErrors ? { ports } : {}) }];
  if (isSame(fieldsOf(service.status?.loadBalancer).ingress, ingress)) return;
  const { namespace, name } = service.metadata;
  const body = { status: { loadBalancer: { ingress } } };
  await client.send('PATCH', `/api/v1/namespaces/${namespace}/services/${name}/status`, {
    body,
    type: 'application/merge-patch+json',
  });
}
