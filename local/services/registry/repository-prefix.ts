// Where images go locally, for a deployment whose configuration names OCIR.
import type { Region } from '../../types.ts';

/**
 * `<host>/<namespace>/<prefix>` of the cloud with this region's registry and namespace; the prefix stays. A
 * region without a registry keeps the cloud's.
 */
export function localRepositoryPrefix(region: Region, ocirEndpoint: string): string {
  const host = registryHost(region);
  if (host === undefined) return ocirEndpoint;
  return [host, region.namespace, ...ocirEndpoint.split('/').slice(2)].join('/');
}

function registryHost(region: Region): string | undefined {
  try {
    return region.wiring.registryHost();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
