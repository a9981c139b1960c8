// Which instance builds an app: the last one, whose layer cache is warm; before that rendezvous hashing spreads apps evenly.
import { createHash } from 'node:crypto';

/**
 * The instances, best first for this app; adding or losing one moves only the apps it had or gets.
 * @param last where the app was built last
 */
export function preferred(app: string, instances: readonly string[], last?: string): string[] {
  const weight = (instance: string): string =>
    createHash('sha256').update(`${app}\0${instance}`).digest('hex');
  return [...instances].sort(
    (a, b) => Number(b === last) - Number(a === last) || weight(b).localeCompare(weight(a)),
  );
}
