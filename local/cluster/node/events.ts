// Events the kubelet writes: what `kubectl describe` shows under a pod, and what a deployer reports.
import { randomBytes } from 'node:crypto';
import type { ApiClient } from '../api-client.ts';
import type { KubeObject } from '../object.ts';

export type Recorder = (
  pod: KubeObject,
  event: { type: 'Normal' | 'Warning'; reason: string; message: string },
) => void;

interface Written {
  readonly path: string;
  count: number;
}

/** Writes without waiting; the same event again counts up, as in a real cluster. */
export function eventRecorder(client: ApiClient, { node, now }: { node: string; now(): Date }): Recorder {
  const written = new Map<string, Written>();
  return (pod, { type, reason, message }) => {
    const { namespace = '', name, uid = '' } = pod.metadata;
    const time = now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const key = `${uid} ${reason} ${message}`;
    const before = written.get(key);
    if (before) {
      before.count += 1;
      const body = { count: before.count, lastTimestamp: time };
      void client
        .send('PATCH', before.path, { body, type: 'application/merge-patch+json' })
        .catch(() => undefined);
      return;
    }
    const event = `${name}.${randomBytes(8).toString('hex')}`;
    written.set(key, { path: `/api/v1/namespaces/${namespace}/events/${event}`, count: 1 });
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: event, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      reason,
      message,
      type,
      source: { component: 'kubelet', host: node },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
    // An event is a courtesy: a namespace that is going takes none.
    void client.send('POST', `/api/v1/namespaces/${namespace}/events`, { body }).catch(() => undefined);
  };
}
