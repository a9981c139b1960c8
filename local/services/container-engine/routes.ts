// Container Engine (20180222): the operations the pipeline and `oci ce` need, and the token webhook.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Region, Route, Target } from '../../types.ts';
import { type ClusterRecord, clusterBody } from './cluster-record.ts';
import { okeKubeconfig } from './kubeconfig.ts';
import { tokenReviewBody } from './token-review.ts';

export interface Inside {
  readonly region: Region;
  readonly cluster: ClusterRecord | undefined;
  /** Where the API server is. Throws before the cluster is started. */
  endpoint(): { readonly server: string; readonly ca: string };
}

/** Where the API server posts its TokenReviews. */
export const REVIEW_PATH = '/_galley/container-engine/token-review';
const ENDPOINTS = new Set(['LEGACY_KUBERNETES', 'PUBLIC_ENDPOINT', 'PRIVATE_ENDPOINT', 'VCN_HOSTNAME']);

export function containerEngineRoutes(inside: Inside): readonly Route[] {
  return [listClusters(inside), getCluster(inside), createKubeconfig(inside), reviewRoute(inside)];
}

const CLUSTER = '/20180222/clusters/:clusterId';

function targetOf({ region, cluster }: Inside): Target {
  if (!cluster) return { compartmentId: region.compartmentId };
  return { compartmentId: cluster.compartmentId, variables: { 'target.cluster.id': cluster.id } };
}

function found({ cluster }: Inside, call: Call): ClusterRecord {
  if (!cluster || call.params.clusterId !== cluster.id) throw notAuthorizedOrNotFound();
  return cluster;
}

function listClusters({ cluster, endpoint }: Inside): Route {
  return {
    operation: 'ListClusters',
    method: 'GET',
    path: '/20180222/clusters',
    target: (call) => ({ compartmentId: compartmentOf(call) }),
    handle(call) {
      const isHere = cluster !== undefined && cluster.compartmentId === compartmentOf(call);
      return { status: 200, body: isHere ? [clusterBody(cluster, endpoint().server)] : [] };
    },
  };
}

function getCluster(inside: Inside): Route {
  return {
    operation: 'GetCluster',
    method: 'GET',
    path: CLUSTER,
    target: () => targetOf(inside),
    handle(call) {
      const body = clusterBody(found(inside, call), inside.endpoint().server);
      return { status: 200, headers: { etag: 'galley-1' }, body };
    },
  };
}

function createKubeconfig(inside: Inside): Route {
  return {
    operation: 'CreateKubeconfig',
    method: 'POST',
    path: `${CLUSTER}/kubeconfig/content`,
    target: () => targetOf(inside),
    async handle(call) {
      const { id } = found(inside, call);
      checkDetails(await call.json());
      const body = okeKubeconfig({ clusterId: id, region: inside.region.name, ...inside.endpoint() });
      return { status: 200, headers: { 'content-type': 'application/x-yaml' }, body };
    },
  };
}

function reviewRoute({ region, cluster }: Inside): Route {
  return {
    operation: 'GalleyTokenReview',
    method: 'POST',
    path: REVIEW_PATH,
    auth: 'none',
    async handle(call) {
      if (!cluster) throw notAuthorizedOrNotFound();
      return { status: 200, body: tokenReviewBody(region, cluster, await call.json()) };
    },
  };
}

function compartmentOf({ query }: Call): string {
  const compartmentId = query.get('compartmentId');
  if (!compartmentId) throw invalidParameter('The query parameter compartmentId is required.');
  return compartmentId;
}

/** Every field is optional; an unknown value is not (facts oke-apply 1.1). */
function checkDetails(body: unknown): void {
  if (body === undefined) return;
  if (typeof body !== 'object' || body === null) throw invalidParameter('The body must be an object.');
  if ('tokenVersion' in body && body.tokenVersion !== '2.0.0')
    throw invalidParameter(`tokenVersion must be 2.0.0, got ${String(body.tokenVersion)}.`);
  if ('endpoint' in body && !ENDPOINTS.has(String(body.endpoint))) {
    throw invalidParameter(
      `endpoint must be one of ${[...ENDPOINTS].join(', ')}, got ${String(body.endpoint)}.`,
    );
  }
}
