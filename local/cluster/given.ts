// A cluster somebody else runs, by its kubeconfig: certificates and static tokens are read, nothing is executed.
import type { RequestOptions } from 'node:https';
import { resolve } from 'node:path';
import type { User } from '@kubernetes/client-node';
import { createApiClient } from './api-client.ts';
import type { RunningCluster } from './cluster.ts';

/** @throws when the file cannot be read, or its credential is of another kind */
export async function givenCluster(file: string): Promise<RunningCluster> {
  const { server, ca, cert, key, token } = await read(file).catch((cause: Error) => {
    throw new TypeError(`--cluster kubeconfig=${file}: ${cause.message}`, { cause });
  });
  if (server === '' || ca === '')
    throw new TypeError(
      `--cluster kubeconfig=${file}: the current context names no cluster with a server and a certificate authority`,
    );
  if (token === '' && (cert === '' || key === '')) {
    throw new TypeError(
      `--cluster kubeconfig=${file}: its user has neither a client certificate nor a token; exec plugins are not run`,
    );
  }
  const client = cert === '' ? undefined : { cert, key };
  const access = { server, ca, ...(client ? { client } : {}), ...(token === '' ? {} : { token }) };
  const admin = createApiClient(access);
  return {
    kind: 'kubeconfig',
    server,
    ca,
    admin,
    access,
    kubeconfig: resolve(file),
    certificates: undefined,
    stop: async () => admin.close(),
  };
}

/** What is missing is empty. */
async function read(file: string): Promise<Record<'server' | 'ca' | 'cert' | 'key' | 'token', string>> {
  // Loaded for a given cluster alone: it takes a tenth of a second.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromFile(file);
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  const options: RequestOptions = {};
  if (cluster !== null && user !== null) {
    // An exec block, or a provider's, would be run: it is left behind.
    const { name, certData, certFile, keyData, keyFile } = user;
    config.loadFromClusterAndUser(cluster, { name, certData, certFile, keyData, keyFile } as User);
    await config.applyToHTTPSOptions(options);
  }
  const { ca, cert, key } = options;
  const token = user?.token ?? '';
  return { server: cluster?.server ?? '', ca: text(ca), cert: text(cert), key: text(key), token };
}

/** PEM; Node's TLS has more shapes for it than a kubeconfig gives. */
function text(pem: RequestOptions['ca'] | RequestOptions['key']): string {
  return Buffer.isBuffer(pem) ? pem.toString() : '';
}
