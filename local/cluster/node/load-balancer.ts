// Services of type LoadBalancer: a loopback address of their own, whose ports lead to ready pods.
import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ApiClient } from '../api-client.ts';
import { type Fields, fieldsOf, isSame, type KubeObject, listOf, numberOf, textOf } from '../object.ts';
import type { PodWorker } from './pod-worker.ts';
import { portNumber } from './probes.ts';

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

interface PortStatus {
  readonly port: number;
  readonly protocol: 'TCP';
  readonly error?: string;
}

export interface LoadBalancers {
  onService(service: KubeObject): void;
  onServiceGone(service: KubeObject): void;
  stop(): Promise<void>;
}

/** How many addresses are tried for one Service when others hold its port. */
const ADDRESSES = 50;

export function startLoadBalancers(options: BalancerOptions): LoadBalancers {
  const balancers = new Map<string, Balancer>();
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    turn = turn
      .then(work)
      .catch((error: unknown) => options.log('a load balancer failed', { error: String(error) }));
  };
  const close = async (uid: string): Promise<void> => {
    const balancer = balancers.get(uid);
    balancers.delete(uid);
    await Promise.all((balancer?.servers ?? []).map(closeServer));
  };
  const open = async (service: KubeObject): Promise<void> => {
    const uid = service.metadata.uid ?? '';
    const known = balancers.get(uid);
    if (known && isSame(portsOf(known.service), portsOf(service))) {
      known.service = service;
    } else {
      await close(uid);
      balancers.set(uid, await openBalancer(options, service, () => balancers.get(uid)?.service ?? service));
    }
    const balancer = balancers.get(uid);
    if (balancer) await writeStatus(options, service, balancer);
  };
  return {
    onService(service) {
      const isWanted =
        service.spec?.type === 'LoadBalancer' && service.metadata.deletionTimestamp === undefined;
      inTurn(() => (isWanted ? open(service) : close(service.metadata.uid ?? '')));
    },
    onServiceGone: (service) => inTurn(() => close(service.metadata.uid ?? '')),
    async stop() {
      await turn;
      await Promise.all([...balancers.keys()].map(close));
    },
  };
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
        const handler = (socket: Socket): void => void forward(options, socket, { service: current(), port });
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

/** First the address it had, then one made of its name in 127.77.0.0/16, then its neighbours, then plain loopback. */
function addressesOf(label: string, service: KubeObject): string[] {
  const { namespace, name } = service.metadata;
  const [high = 0, low = 0] = createHash('sha256').update(`${label} ${namespace}/${name}`).digest();
  const own = Array.from({ length: ADDRESSES }, (_, step) => `127.77.${high}.${((low + step) % 254) + 1}`);
  const kept = listOf(fieldsOf(service.status?.loadBalancer).ingress).map((ingress) => textOf(ingress.ip));
  return [...kept.filter((ip) => ip.startsWith('127.')), ...own, '127.0.0.1'];
}

interface Opening {
  readonly ip: string;
  readonly port: Fields;
  handler(socket: Socket): void;
}

/** The Service's port; where that is reserved for root, its node port, and the status says so. */
async function openPort(servers: Server[], { ip, port, handler }: Opening): Promise<PortStatus> {
  const number = numberOf(port.port);
  try {
    servers.push(await listen({ ip, port: number, handler }));
    return { port: number, protocol: 'TCP' };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error;
    servers.push(await listen({ ip, port: numberOf(port.nodePort), handler }));
    return { port: number, protocol: 'TCP', error: 'galley.local/UseNodePort' };
  }
}

function listen({
  ip,
  port,
  handler,
}: {
  ip: string;
  port: number;
  handler(socket: Socket): void;
}): Promise<Server> {
  const server = createServer(handler);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ip, () => resolve(server));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

let turnOfPods = 0;

/** One connection to one ready pod, each in turn; without one it is refused at once. */
async function forward(
  options: BalancerOptions,
  socket: Socket,
  to: { service: KubeObject; port: Fields },
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const selector = Object.entries(fieldsOf(to.service.spec?.selector));
  const ready = [...options.pods()].filter((worker) =>
    isBehind(worker, { selector, namespace: to.service.metadata.namespace }),
  );
  turnOfPods += 1;
  const worker = ready[turnOfPods % Math.max(1, ready.length)];
  const target = to.port.targetPort ?? to.port.port;
  const spec = listOf(worker?.pod.spec?.containers).find((each) => portNumber(target, each) > 0) ?? {};
  const address = await worker?.reach(portNumber(target, spec)).catch(() => undefined);
  if (!address) {
    socket.destroy();
    return;
  }
  const inner = connect(address);
  inner.on('error', () => socket.destroy());
  socket.on('close', () => inner.destroy());
  inner.on('close', () => socket.destroy());
  socket.pipe(inner).pipe(socket);
}

function isBehind(
  worker: PodWorker,
  by: { selector: readonly (readonly [string, unknown])[]; namespace: string | undefined },
): boolean {
  const { metadata } = worker.pod;
  const isMatching =
    by.selector.length > 0 && by.selector.every(([name, value]) => metadata.labels?.[name] === value);
  return (
    isMatching &&
    metadata.namespace === by.namespace &&
    metadata.deletionTimestamp === undefined &&
    worker.isReady()
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
