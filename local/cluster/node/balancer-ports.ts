// The loopback addresses and ports of LoadBalancer Services.
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Fields, fieldsOf, type KubeObject, listOf, numberOf, textOf } from '../object.ts';

export interface PortStatus {
  readonly port: number;
  readonly protocol: 'TCP';
  readonly error?: string;
}

/** How many addresses are tried for one Service when others hold its port. */
const ADDRESSES = 50;

/** First the address it had, then one made of its name in 127.77.0.0/16, then its neighbours, then plain loopback. */
export function addressesOf(label: string, service: KubeObject): string[] {
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
export async function openPort(servers: Server[], { ip, port, handler }: Opening): Promise<PortStatus> {
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

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
