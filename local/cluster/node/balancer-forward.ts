// One connection to a LoadBalancer Service: which pod gets it.
import { connect, type Socket } from 'node:net';
import { type Fields, fieldsOf, type KubeObject, listOf } from '../object.ts';
import type { PodWorker } from './pod-worker.ts';
import { portNumber } from './probes.ts';

let turnOfPods = 0;

/** One connection to one ready pod, each in turn; without one it is refused at once. */
export async function forward(
  pods: Iterable<PodWorker>,
  socket: Socket,
  to: { service: KubeObject; port: Fields },
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const selector = Object.entries(fieldsOf(to.service.spec?.selector));
  const ready = [...pods].filter((worker) =>
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
