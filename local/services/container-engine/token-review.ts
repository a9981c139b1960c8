// The review of OKE's bearer tokens: a signed URL, decoded, verified, and asked for in IAM.
import { type Region, ServiceError } from '../../types.ts';
import type { ClusterRecord } from './cluster-record.ts';

export interface Reviewed {
  readonly username: string;
  readonly groups: readonly string[];
}

const SIGNED_HEADERS = 'date (request-target) host';
const PARAMETERS = new Set(['authorization', 'date', 'opc-obo-token']);

/** Who a token belongs to. Throws ServiceError 401 saying what is wrong with it. */
export function reviewToken(region: Region, cluster: ClusterRecord, token: string): Reviewed {
  const url = decode(token);
  const { authorization, date } = partsOf(region, cluster, url);
  const principal = region.wiring.verifySigned({
    method: 'GET',
    url: url.pathname,
    headers: { authorization, date, host: url.host },
  });
  const target = { compartmentId: cluster.compartmentId, variables: { 'target.cluster.id': cluster.id } };
  if (!region.wiring.isAllowed(principal, 'UseCluster', target)) {
    throw refused(
      `${principal.id} may not use clusters in ${cluster.compartmentId}: no policy grants CLUSTER_USE`,
    );
  }
  // `manage clusters` makes cluster-admin, whatever RBAC says (facts oke-apply 1.5). Only people are looked at:
  // the deployer must live on RBAC, and its every token would count as a denied call otherwise.
  const isAdmin = principal.kind === 'user' && region.wiring.isAllowed(principal, 'AdministerK8s', target);
  const groups = region.wiring.groupsOf(principal);
  return { username: principal.id, groups: isAdmin ? [...groups, 'system:masters'] : groups };
}

function refused(message: string): ServiceError {
  return new ServiceError(401, 'NotAuthenticated', message);
}

/** Padding is needed, and both alphabets are read (facts oke-apply 1.3). */
function decode(token: string): URL {
  if (!/^[\w+/-]+={0,2}$/.test(token) || token.length % 4 !== 0)
    throw refused('the token is not padded base64');
  const text = Buffer.from(token.replaceAll('-', '+').replaceAll('_', '/'), 'base64').toString('utf8');
  if (!URL.canParse(text)) throw refused('the token is not a URL in base64');
  return new URL(text);
}

function partsOf(region: Region, cluster: ClusterRecord, url: URL): { authorization: string; date: string } {
  const host = `containerengine.${region.name}.oraclecloud.com`;
  if (url.protocol !== 'https:' || url.host !== host)
    throw refused(`the token is for ${url.origin}, not for https://${host}`);
  if (url.pathname !== `/cluster_request/${cluster.id}`)
    throw refused(`the token is for ${url.pathname}, not for cluster ${cluster.id}`);
  const extra = [...url.searchParams.keys()].filter((name) => !PARAMETERS.has(name));
  if (extra.length > 0) throw refused(`the token carries ${extra.join(', ')}`);
  const [authorization, date] = [url.searchParams.get('authorization'), url.searchParams.get('date')];
  if (!authorization || !date) throw refused('the token lacks authorization or date');
  if (!authorization.includes(`headers="${SIGNED_HEADERS}"`))
    throw refused(`the token must sign exactly "${SIGNED_HEADERS}"`);
  return { authorization, date };
}

/** The TokenReview (authentication.k8s.io/v1) the API server's webhook gets. */
export function tokenReviewBody(region: Region, cluster: ClusterRecord, request: unknown): object {
  const envelope = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' };
  try {
    const user = reviewToken(region, cluster, tokenOf(request));
    return { ...envelope, status: { authenticated: true, user } };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    region.log('a cluster token was refused', { cluster: cluster.id, why: error.message });
    return { ...envelope, status: { authenticated: false, error: error.message } };
  }
}

function tokenOf(request: unknown): string {
  const spec =
    typeof request === 'object' && request !== null && 'spec' in request ? request.spec : undefined;
  const token = typeof spec === 'object' && spec !== null && 'token' in spec ? spec.token : undefined;
  if (typeof token === 'string') return token;
  throw refused('the TokenReview has no spec.token');
}
