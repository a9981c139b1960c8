// The pipeline's cluster: an OKE cluster, found by its kubeconfig and entered with tokens minted here.
import { connect } from '../kubernetes/api.ts';
import { deploy } from '../kubernetes/deploy.ts';
import { connectionOf, withToken } from '../kubernetes/kubeconfig.ts';
import type { Log } from '../log.ts';
import type { Cluster, DeployOutcome, DeployRequest } from '../pipeline/cluster.ts';
import type { Clients } from './clients.ts';
import { type ClusterEndpoint, clusterKubeconfig } from './kubeconfig.ts';
import { okeTokens } from './oke-token.ts';
import type { Provider } from './signing.ts';

export interface OkeCluster {
  readonly region: string;
  readonly clusterId: string;
  readonly clusterEndpoint?: ClusterEndpoint;
  /** The repository of an app is `<ocirEndpoint>/<app>`. */
  readonly ocirEndpoint: string;
  /** What an administrator has opened up, beyond the default. */
  readonly allowedKinds?: readonly string[];
  readonly allowedNamespaces?: readonly string[];
}

export interface OkeAccess {
  readonly clients: Clients;
  readonly provider: Provider;
  readonly log: Log;
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** Asks for the kubeconfig; it holds no credential and may be kept. @throws PipelineError */
export async function openOkeCluster(place: OkeCluster, access: OkeAccess): Promise<Cluster> {
  const { clusterId, clusterEndpoint, region, ocirEndpoint } = place;
  const endpoint = clusterEndpoint === undefined ? {} : { endpoint: clusterEndpoint };
  const config = await clusterKubeconfig(access.clients, { clusterId, ...endpoint });
  const tokenPlace = { region, clusterId, secondLevelDomain: await secondLevelDomainOf(region) };
  const token = okeTokens(access.provider, { place: tokenPlace, now: access.now });
  const api = connect(await connectionOf(withToken(config, token)));
  return {
    deploy: async (request: DeployRequest): Promise<DeployOutcome> => {
      const repository = `${ocirEndpoint}/${request.app}`;
      const allowed = { kinds: place.allowedKinds ?? [], namespaces: place.allowedNamespaces ?? [] };
      const outcome = await deploy(api, { ...request, repository, allowed }, access);
      if (outcome.kind !== 'failed') return outcome;
      const { rollback: _rollback, ...failure } = outcome;
      return failure;
    },
  };
}

/** Of the region's realm; a region that the SDK does not know is taken for a commercial one, as the SDK does. */
async function secondLevelDomainOf(region: string): Promise<string> {
  const { Realm, Region } = await import('oci-common');
  return (Region.fromRegionId(region)?.realm ?? Realm.OC1).secondLevelDomain;
}
