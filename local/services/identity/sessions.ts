// Session credentials: for instances through X.509 federation, for functions through their resource principal.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Region, Route, TwinResource } from '../../types.ts';
import { type Authority, createAuthority } from './certificates.ts';
import { federate } from './federation.ts';
import { issueToken, sessionClaims } from './session-token.ts';

/** Functions keep a token for 15 minutes (Functions/Tasks/functionsaccessingociresources). */
const RESOURCE_TOKEN_SECONDS = 15 * 60;

export interface Sessions {
  readonly routes: readonly Route[];
  resourcePrincipal(functionId: string): { rpst: string; privatePem: string };
  instanceCertificate(instanceId: string): Promise<{ cert: string; key: string; intermediate: string }>;
}

export function openSessions(region: Region, tokenKey: KeyObject): Sessions {
  const privateKeys = new Map<string, string>();
  const certificates = new Map<string, Promise<{ cert: string; key: string }>>();
  let made: Promise<Authority> | undefined;
  const authority = (): Promise<Authority> => {
    made ??= createAuthority(region.now);
    return made;
  };
  return {
    routes: [
      {
        operation: 'FederateX509',
        method: 'POST',
        path: '/v1/x509',
        auth: 'none',
        handle: async (call) => federate(call, { region, authority: await authority(), tokenKey }),
      },
    ],
    resourcePrincipal(functionId) {
      const privatePem = privateKeys.get(functionId) ?? newPrivateKey();
      privateKeys.set(functionId, privatePem);
      const claims = sessionClaims(
        { ...principalOf(region, 'oci_functions_function', functionId), kind: 'resource', type: 'fnfunc' },
        { publicKey: createPublicKey(privatePem), now: region.now(), seconds: RESOURCE_TOKEN_SECONDS },
      );
      return { rpst: issueToken(claims, tokenKey), privatePem };
    },
    async instanceCertificate(instanceId) {
      const principal = principalOf(region, 'oci_core_instance', instanceId);
      const { issue, certificate } = await authority();
      const issued =
        certificates.get(instanceId) ?? issue({ ...principal, kind: 'instance', type: 'instance' });
      certificates.set(instanceId, issued);
      return { ...(await issued), intermediate: String(certificate) };
    },
  };
}

/** Throws 404 for an OCID the twin does not have. */
function principalOf(
  region: Region,
  type: TwinResource['type'],
  id: string,
): { id: string; compartmentId: string; tenancyId: string } {
  const values = region.twin.of(type).find((resource) => resource.values.id === id)?.values;
  if (values === undefined) throw notAuthorizedOrNotFound(`The twin has no ${type} ${id}.`);
  const compartmentId = values.compartment_id;
  return {
    id,
    compartmentId: typeof compartmentId === 'string' ? compartmentId : region.compartmentId,
    tenancyId: region.tenancyId,
  };
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}
