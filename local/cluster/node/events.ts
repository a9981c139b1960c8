// Events the kubelet writes: what `kubectl describe` shows under a pod, and what a deployer reports.
import { randomBytes } from 'node:crypto';
import type { ApiClient } from '../api-client.ts';
import type { KubeObject } from '../object.ts';

export type Recorder = (pod: KubeObject, said: Said) => void;

interface Written {
  readonly path: string;
  count: number;
}

interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Writes without waiting; the same event again counts up, as in a real cluster. */
export function eventRecorder(client: ApiClient, { node, now }: { node: string; now(): Date }): Recorder {
  const written = new Map<string, Written>();
  // An event is a courtesy: a namespace that is going takes none.
  const write = (method: string, path: string, options: { body: object; type?: string }): void =>
    void client.send(method, path, options).catch(() => undefined);
  return (pod, said) => {
    const time = now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const key = `${pod.metadata.uid} ${said.reason} ${said.message}`;
    const before = written.get(key);
    if (before) {
      before.count += 1;
      const body = { count: before.count, lastTimestamp: time };
      write('PATCH', before.path, { body, type: 'application/merge-patch+json' });
      return;
    }
    const body = eventBody(pod, said, { node, time });
    const events = `/api/v1/namespaces/${pod.metadata.namespace}/events`;
    written.set(key, { path: `${events}/${body.metadata.name}`, count: 1 });
    write('POST', events, { body });
  };
}

function eventBody({ metadata }: KubeObject, said: Said, { node, time }: { node: string; time: string }) {
  const { namespace = '', name, uid = '' } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    ...said,
    source: { component: 'kubelet', host: node },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
