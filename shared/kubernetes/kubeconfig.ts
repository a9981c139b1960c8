// A kubeconfig's current context as a connection. An `exec` block is never run: it would be a command that somebody
// else wrote, and a function has no `oci` to run.
import { parse } from 'yaml';
import { PipelineError } from '../errors.ts';
import { at, listAt, textAt } from './objects.ts';
import type { Connection } from './transport.ts';

/**
 * Server, CA and, where the file holds one itself, a credential. Data must be inline (`…-data`), as in every
 * kubeconfig that OKE hands out and that `kubectl config view --flatten` writes.
 * @throws PipelineError `BadKubeconfig`
 */
export function connectionOf(text: string): Connection {
  const config = read(text);
  const context = named(config, 'contexts', textAt(config, 'current-context') ?? '');
  const cluster = at(named(config, 'clusters', textAt(context, 'context', 'cluster') ?? ''), 'cluster');
  const user = at(named(config, 'users', textAt(context, 'context', 'user') ?? ''), 'user');
  const server = textAt(cluster, 'server');
  if (server === undefined) throw bad('has no server in its current context');
  for (const field of ['certificate-authority', 'client-certificate', 'client-key']) {
    const holder = field === 'certificate-authority' ? cluster : user;
    if (textAt(holder, field) !== undefined) throw bad(`names a file in ${field}; flatten it`);
  }
  const token = textAt(user, 'token');
  return {
    server,
    ...pem('caPem', textAt(cluster, 'certificate-authority-data')),
    ...pem('certPem', textAt(user, 'client-certificate-data')),
    ...pem('keyPem', textAt(user, 'client-key-data')),
    ...(token === undefined ? {} : { token: async () => token }),
  };
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw bad('is not YAML', cause);
  }
}

function named(config: unknown, list: string, name: string): unknown {
  const found = listAt(config, list).find((one) => textAt(one, 'name') === name);
  if (found === undefined) throw bad(`has no "${name}" in ${list}`);
  return found;
}

function pem<Key extends string>(key: Key, data: string | undefined): { [K in Key]?: string } {
  const decoded = data === undefined ? {} : { [key]: Buffer.from(data, 'base64').toString() };
  return decoded as { [K in Key]?: string };
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
