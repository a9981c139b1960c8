// ResourceQuota, as far as it is kept here: the number of pods in a namespace.
import { at, type KubeObject } from '../object.ts';
import { type Api, namedOf, type Target } from './api.ts';
import { forbidden } from './api-error.ts';
import { builtIn } from './resources.ts';

/** Throws 403 when one pod more would break a quota, as the admission plugin does. */
export function refuseOverQuota(api: Api, object: KubeObject, target: Target): void {
  if (object.kind !== 'Pod') return;
  const used = api.store.list(builtIn('Pod'), target.namespace).length;
  for (const quota of api.store.list(builtIn('ResourceQuota'), target.namespace)) {
    const limit = at(quota, 'spec', 'hard', 'pods');
    if (limit === undefined || used < Number(limit)) continue;
    const numbers = `requested: pods=1, used: pods=${used}, limited: pods=${limit}`;
    throw forbidden(namedOf(target), `exceeded quota: ${quota.metadata.name}, ${numbers}`);
  }
}
