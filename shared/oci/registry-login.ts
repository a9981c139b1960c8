// What galley-build logs in to OCIR with: a short-lived token of its own principal, or a user's auth token from a vault.
import { PipelineError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { calling } from './calling.ts';
import type { Access } from './clients.ts';
import { transport } from './transport.ts';

export interface RegistryLogin {
  /** Host and port, as in the image's name. */
  readonly host: string;
  readonly username: string;
  readonly password: Secret;
}

/** The user name that goes with a token (facts run-command §7.2). */
const BEARER = 'BEARER_TOKEN';

/**
 * A token for everything the principal may do in the registry; an hour or so. Ask anew before a push.
 * Throws PipelineError.
 */
export async function tokenLogin(access: Access, host: string): Promise<RegistryLogin> {
  const uri = `${access.endpoint ?? `https://${host}`}/20180419/docker/token`;
  const token = await calling(`asking ${host} for a registry token`, async () => {
    const response = await transport(access.provider).send({ uri, method: 'GET', headers: new Headers() });
    const body: unknown = await response.json().catch(() => undefined);
    if (response.status !== 200) throw answer(response, body);
    return text(body, 'token') ?? text(body, 'access_token');
  });
  if (token !== undefined) return { host, username: BEARER, password: new Secret(token) };
  throw new PipelineError(`${host} answered without a token`, { retry: 'later', reason: 'NoToken' });
}

/** The login of a user, whose auth token lies in a vault (design §6). Throws PipelineError. */
export async function vaultLogin(
  access: Access,
  { host, username, secretId }: { host: string; username: string; secretId: string },
): Promise<RegistryLogin> {
  const [{ SecretsClient }, { NoRetryConfigurationDetails }] = await Promise.all([
    import('oci-secrets'),
    import('oci-common'),
  ]);
  const httpClient = transport(access.provider);
  const client = new SecretsClient({ httpClient }, { retryConfiguration: NoRetryConfigurationDetails });
  if (access.endpoint === undefined) client.regionId = access.region;
  else client.endpoint = access.endpoint;
  const read = () => client.getSecretBundle({ secretId });
  const { secretBundle } = await calling(`reading secret ${secretId}`, read);
  const content = text(secretBundle.secretBundleContent, 'content');
  if (content !== undefined) {
    return { host, username, password: new Secret(Buffer.from(content, 'base64').toString().trim()) };
  }
  throw new PipelineError(`Secret ${secretId} has no content`, { retry: 'never', reason: 'NoToken' });
}

/** The shape that `calling` reads statuses from, as the SDK throws it. */
function answer(response: Response, body: unknown): Error {
  return Object.assign(new Error(text(body, 'message') ?? response.statusText), {
    statusCode: response.status,
    serviceCode: text(body, 'code') ?? 'Unknown',
    opcRequestId: response.headers.get('opc-request-id'),
  });
}

function text(value: unknown, field: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}
