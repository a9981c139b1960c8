// A cluster somebody else runs, by its kubeconfig: certificates and static tokens are read, nothing is executed.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { createApiClient } from './api-client.ts';
import type { RunningCluster } from './cluster.ts';
import { type Fields, fieldsOf, listOf, textOf } from './object.ts';

/** Throws when the file cannot be read, or its credential is of another kind. */
export function givenCluster(file: string): RunningCluster {
  const config = fieldsOf(parse(readFileSync(file, 'utf8')));
  const entry = (list: unknown, name: unknown, field: string): Fields =>
    fieldsOf(listOf(list).find((each) => each.name === name)?.[field]);
  const context = entry(config.contexts, config['current-context'], 'context');
  const cluster = entry(config.clusters, context.cluster, 'cluster');
  const user = entry(config.users, context.user, 'user');
  const read = (from: Fields, name: string): string => dataOrFile(from, name, dirname(file));
  const [cert, key, token] = [read(user, 'client-certificate'), read(user, 'client-key'), textOf(user.token)];
  const [server, ca] = [textOf(cluster.server).replace(/\/$/, ''), read(cluster, 'certificate-authority')];
  if (server === '' || ca === '')
    throw new Error(
      `${file}: the current context names no cluster with a server and a certificate authority`,
    );
  if (token === '' && (cert === '' || key === '')) {
    throw new Error(
      `${file}: user ${String(context.user)} has neither a client certificate nor a token; exec plugins are not run`,
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

function dataOrFile(from: Fields, name: string, directory: string): string {
  const data = textOf(from[`${name}-data`]);
  if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
  const path = textOf(from[name]);
  return path === '' ? '' : readFileSync(resolve(directory, path), 'utf8');
}
