// Which instance builds an app: rendezvous hashing keeps an app on its warm layer cache, and spreads apps evenly.
import { createHash } from 'node:crypto';

/** The instances, best first for this app; adding or losing one moves only the apps it had or gets. */
export function preferred(app: string, instances: readonly string[]): string[] {
  const weight = (instance: string): string =>
    createHash('sha256').update(`${app}\0${instance}`).digest('hex');
  return [...instances].sort((a, b) => weight(b).localeCompare(weight(a)));
}
