// The token endpoint of OCIR, for OCI's signed requests and for what `docker login` sends.
import { notAuthenticated } from '../../http/errors.ts';
import { type Call, type Principal, type Region, type Route, ServiceError } from '../../types.ts';
import { type Access, grant, parseScopes, repositoryName } from './access.ts';
import type { Repositories } from './repositories.ts';
import { mintToken, TOKEN_SECONDS, type TokenKey } from './token.ts';

interface Inside {
  readonly region: Region;
  readonly repositories: Repositories;
  key(): TokenKey;
}

/** `GET /20180419/docker/token?service=&scope=repository:<namespace>/<name>:pull,push`. */
export function tokenRoute(inside: Inside): Route {
  return {
    operation: 'GetRegistryToken',
    method: 'GET',
    path: '/20180419/docker/token',
    // Basic credentials or a signature: both are judged here.
    auth: 'none',
    handle: (call) => {
      const principal = callerOf(inside.region, call);
      const scopes = parseScopes(call.query.getAll('scope'));
      playFault(inside.region, scopes);
      const access = grant(inside.region, inside.repositories, { scopes, principal });
      const token = mintToken(inside.key(), { principal, access, now: inside.region.now() });
      const scope = call.query.getAll('scope').join(' ');
      return {
        status: 200,
        body: { token, access_token: token, scope, expires_in: TOKEN_SECONDS },
      };
    },
  };
}

function callerOf(region: Region, call: Call): Principal {
  const authorization = call.header('authorization') ?? '';
  const basic = /^Basic (.+)$/i.exec(authorization)?.[1];
  if (basic === undefined) return region.wiring.verifySigned(partsOf(call));
  const [user = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const secret = password.join(':');
  const principal =
    user === 'BEARER_TOKEN' ? region.wiring.registryPrincipal(secret) : authTokenUser(region, user, secret);
  if (principal === undefined) throw notAuthenticated();
  return principal;
}

function partsOf(call: Call) {
  const names = Object.keys(call.request.headers);
  return {
    method: 'GET',
    url: call.request.url ?? '/',
    headers: Object.fromEntries(names.map((name) => [name, call.header(name) ?? ''])),
  };
}

/** `<namespace>/<user>` with an auth token that the twin's Terraform state made for a user. */
function authTokenUser(region: Region, user: string, secret: string): Principal | undefined {
  if (!user.startsWith(`${region.namespace}/`)) return undefined;
  const found = region.twin.of('oci_identity_auth_token').find(({ values }) => values.token === secret);
  if (found === undefined) return undefined;
  const { tenancyId } = region;
  return {
    kind: 'user',
    type: 'user',
    id: String(found.values.user_id),
    tenancyId,
    compartmentId: tenancyId,
  };
}

function playFault(region: Region, scopes: readonly Access[]): void {
  for (const { name } of scopes) {
    const fault = region.faults.take('registry-error', repositoryName(region, name) ?? name);
    if (fault) {
      const status = fault.value || 500;
      throw new ServiceError(
        status,
        fault.text || 'InternalServerError',
        'The registry has a planted fault.',
      );
    }
  }
}
