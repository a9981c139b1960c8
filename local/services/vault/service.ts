// Vault, as far as secrets are read: the Secret Retrieval API (20190301). Keys are not played: nothing here encrypts.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Region, Reply, Route, Service, Target } from '../../types.ts';
import { secretsOf, type VaultSecret } from './secrets.ts';

const BASE = '/20190301/secretbundles';

/** What the one version of a secret is, and is not (SDK oci-secrets, SecretBundle.Stages). */
const STAGES = ['CURRENT', 'LATEST'];

export function vault(region: Region): Service {
  const secrets = secretsOf(region);
  const byId = ({ params }: Call): VaultSecret => found(secrets.find(({ id }) => id === params.id));
  const byName = ({ query }: Call): VaultSecret => {
    const [name, vaultId] = [required(query, 'secretName'), required(query, 'vaultId')];
    return found(secrets.find((one) => one.name === name && one.vaultId === vaultId));
  };
  const bundle = (call: Call, secret: VaultSecret): Reply => {
    requireVersion(call, secret);
    const { content } = secret;
    const secretBundleContent = { contentType: 'BASE64', content };
    return { status: 200, headers: { etag: 'twin' }, body: { ...versionOf(secret), secretBundleContent } };
  };
  const routes: Route[] = [
    {
      operation: 'GetSecretBundle',
      method: 'GET',
      path: `${BASE}/:id`,
      target: (call) => targetOf(byId(call)),
      handle: (call) => bundle(call, byId(call)),
    },
    {
      operation: 'GetSecretBundleByName',
      method: 'POST',
      path: `${BASE}/actions/getByName`,
      target: (call) => targetOf(byName(call)),
      handle: (call) => bundle(call, byName(call)),
    },
    {
      operation: 'ListSecretBundles',
      method: 'GET',
      path: `${BASE}/:id/versions`,
      // A List binds no variables of one thing (facts iam 3.2), so a grant on one secret does not open it.
      target: (call) => ({ compartmentId: byId(call).compartmentId }),
      handle: (call) => ({ status: 200, body: [versionOf(byId(call))] }),
    },
  ];
  return { name: 'vault', routes };
}

function found(secret: VaultSecret | undefined): VaultSecret {
  if (secret === undefined) throw notAuthorizedOrNotFound();
  return secret;
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw invalidParameter(`The query parameter ${name} is required.`);
  return value;
}

/** Variables of policies on secrets: policyreference/keypolicyreference (facts iam 3.3). */
function targetOf({ id, name, vaultId, compartmentId }: VaultSecret): Target {
  const variables = { 'target.secret.id': id, 'target.secret.name': name, 'target.vault.id': vaultId };
  return { compartmentId, variables };
}

/** Without any of the three parameters it is the current version. */
function requireVersion({ query }: Call, { versionNumber }: VaultSecret): void {
  const stage = query.get('stage') ?? 'CURRENT';
  const number = query.get('versionNumber') ?? String(versionNumber);
  const isThere = STAGES.includes(stage) && number === String(versionNumber);
  // A version's name is set by whoever writes it, and Terraform's state has none.
  if (!isThere || query.get('secretVersionName') !== null) throw notAuthorizedOrNotFound();
}

function versionOf({ id, versionNumber, timeCreated }: VaultSecret): object {
  return { secretId: id, versionNumber, timeCreated, stages: STAGES };
}
