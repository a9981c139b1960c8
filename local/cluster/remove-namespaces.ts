// Empties a cluster of what was deployed into it, for a reset of the region.
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { at, listOf, textOf } from './object.ts';

const kept = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);
const DEADLINE_MS = 60_000;
const PAUSE_MS = 100;

/** Deletes every namespace that is not the cluster's own and waits until they are gone. Throws after a minute. */
export async function removeNamespaces(client: ApiClient): Promise<void> {
  const names = async (): Promise<string[]> => {
    const { body } = await client.get('/api/v1/namespaces');
    return listOf(body.items)
      .map((item) => textOf(at(item, 'metadata', 'name')))
      .filter((name) => !kept.has(name));
  };
  for (const name of await names()) await client.send('DELETE', `/api/v1/namespaces/${name}`);
  const deadline = Date.now() + DEADLINE_MS;
  for (let left = await names(); left.length > 0; left = await names()) {
    if (Date.now() > deadline)
      throw new Error(`namespaces ${left.join(', ')} are still there after ${DEADLINE_MS / 1000} s`);
    await delay(PAUSE_MS);
  }
}
