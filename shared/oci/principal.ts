// Who a function is: its resource principal, version 2.2, from what OCI Functions puts into its environment.
// Not the SDK's: its way there takes a tenth of a cold start, a newline at the token's end breaks it (facts E.3), and a
// session that is rotated before it expires goes unnoticed.
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Environment } from '../environment.ts';
import { messageOf, PipelineError } from '../errors.ts';
import type { Provider } from './signing.ts';

const VERSION = '2.2';
/** A session is read anew this long before it ends, so that no request arrives after its end. */
const MARGIN_MS = 60_000;

interface Session {
  readonly token: string;
  readonly pem: string;
  readonly passphrase: string | null;
  /** Milliseconds since the epoch. */
  readonly goodUntil: number;
}

/** Each variable holds a value, or the absolute path of a file that holds it. Read at the first call, and when it ages. */
export function resourcePrincipal(env: Environment): Provider {
  let session: Session | undefined;
  const current = (): Session => {
    if (session === undefined || session.goodUntil <= Date.now()) session = readSession(env);
    return session;
  };
  return {
    getKeyId: async () => `ST$${current().token}`,
    getPrivateKey: () => (session ?? current()).pem,
    getPassphrase: () => (session ?? current()).passphrase,
    refresh: async () => {
      session = undefined;
    },
  };
}

function readSession(env: Environment): Session {
  const version = env.OCI_RESOURCE_PRINCIPAL_VERSION;
  if (version !== VERSION)
    throw wrong(`OCI_RESOURCE_PRINCIPAL_VERSION: expected ${VERSION}, got ${JSON.stringify(version ?? '')}`);
  const token = readValue(env, 'OCI_RESOURCE_PRINCIPAL_RPST').trim();
  const pem = readValue(env, 'OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM');
  const hasPassphrase = (env.OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE ?? '') !== '';
  const passphrase = hasPassphrase ? readValue(env, 'OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE') : null;
  return { token, pem, passphrase, goodUntil: expiryOf(token) - MARGIN_MS };
}

function readValue(env: Environment, name: string): string {
  const value = env[name] ?? '';
  if (value === '') throw wrong(`${name} is missing`);
  if (!isAbsolute(value)) return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (cause) {
    throw wrong(`${name}: ${messageOf(cause)}`, cause);
  }
}

/** Of the token's `exp` claim; 0 when it cannot be read: then the file is read for each request. */
function expiryOf(token: string): number {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    const { exp } = JSON.parse(payload) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : 0;
  } catch {
    return 0;
  }
}

function wrong(problem: string, cause?: unknown): PipelineError {
  return new PipelineError(`No resource principal: ${problem}`, {
    retry: 'never',
    reason: 'NoPrincipal',
    hint: 'Functions get one when a dynamic group names them (deploy/iam.tf).',
    cause,
  });
}
