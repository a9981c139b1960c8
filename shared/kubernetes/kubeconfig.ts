// Kubeconfigs, read by @kubernetes/client-node, which also says what TLS and each request need. Its HTTP client stays
// outside: api.ts says why. An `exec` block and its like are dropped before anything could run them: they are commands
// that somebody else wrote, and a function has no `oci` to run.
import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { messageOf, PipelineError } from '../errors.ts';
import { at } from './objects.ts';
import type { Connection } from './transport.ts';

export interface Reading {
  /** Where files that the kubeconfig names are. Absent: data must be inline, as in every kubeconfig of OKE. */
  readonly directory?: string;
}

/**
 * The current context: its cluster, and of its user only a certificate, a key or a token.
 * @throws PipelineError `BadKubeconfig`
 */
export async function readKubeconfig(text: string, { directory }: Reading = {}): Promise<KubeConfig> {
  // This file alone: the package's index loads every model of every API (facts libraries §19).
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const all = new KubeConfig();
  try {
    all.loadFromString(text);
  } catch (cause) {
    throw bad(`cannot be read: ${messageOf(cause)}`, cause);
  }
  if (directory !== undefined) all.makePathsAbsolute(directory);
  const cluster = all.getCurrentCluster();
  const user = all.getCurrentUser();
  if (cluster === null) throw bad('has no cluster in its current context');
  if (user === null) throw bad('has no user in its current context');
  if (directory === undefined) refuseFiles(cluster, user);
  const { name, certData, certFile, keyData, keyFile, token } = user;
  const current = new KubeConfig();
  // Typed as texts that are there; they are looked at as what may be missing.
  current.loadFromClusterAndUser(cluster, { name, certData, certFile, keyData, keyFile, token } as User);
  return current;
}

/** The same cluster, entered with a token that is asked for again and again: one of OKE ages in minutes. */
export function withToken(config: KubeConfig, token: () => Promise<string>): KubeConfig {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw bad('has no cluster in its current context');
  config.addAuthenticator({
    isAuthProvider: (user) => user.authProvider?.name === MINTED,
    applyAuthentication: async (_user, options) => {
      options.headers = { ...options.headers, Authorization: `Bearer ${await token()}` };
    },
  });
  config.loadFromClusterAndUser(cluster, { name: MINTED, authProvider: { name: MINTED } });
  return config;
}

/** What is minted here is no provider that a kubeconfig could name. */
const MINTED = 'minted-by-galley';

/** Server, trust and credentials, as api.ts wants them; the credential is asked for at each request. */
export async function connectionOf(config: KubeConfig): Promise<Connection> {
  const { ca, cert, key, servername, rejectUnauthorized, headers } = await optionsOf(config);
  const isUnverified = rejectUnauthorized === false;
  const tls = { ca, cert, key, servername, ...(isUnverified ? { rejectUnauthorized } : {}) };
  const server = config.getCurrentCluster()?.server ?? '';
  if (authorizationIn(headers) === undefined) return { server, tls };
  return { server, tls, authorization: async () => authorizationIn((await optionsOf(config)).headers) ?? '' };
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function authorizationIn(headers: RequestOptions['headers']): string | undefined {
  const value = at(headers, 'Authorization');
  return typeof value === 'string' ? value : undefined;
}

function refuseFiles({ caFile }: Cluster, { certFile, keyFile }: User): void {
  const files = {
    'certificate-authority': caFile,
    'client-certificate': certFile,
    'client-key': keyFile,
  };
  for (const [field, file] of Object.entries(files)) {
    if (file !== undefined) throw bad(`names a file in ${field}`);
  }
}

function bad(what: string, cause?: unknown): PipelineError {
  const hint = 'write one with `kubectl config view --flatten --minify`';
  return new PipelineError(`the kubeconfig ${what}`, {
    retry: 'never',
    reason: 'BadKubeconfig',
    hint,
    cause,
  });
}
