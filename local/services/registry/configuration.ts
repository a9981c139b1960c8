// The files the registry is started with: its configuration, and the key its tokens are signed with.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { ISSUER } from './token.ts';

const run = promisify(execFile);

export interface Configuration {
  readonly directory: string;
  /** Base URL of the region: token realm and notifications. */
  readonly endpoint: string;
  /** Proves that a notification comes from our registry. */
  readonly secret: string;
}

/** Key and certificate that sign tokens, made at the first start. Throws when there is no openssl. */
export async function tokenFiles(directory: string): Promise<{ key: string; certificate: string }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const [key, certificate] = [join(directory, 'token.key'), join(directory, 'token.crt')];
  if (!existsSync(certificate)) {
    const subject = ['-subj', '/CN=galley-registry', '-days', '3650'];
    const out = ['-keyout', key, '-out', certificate];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...out, ...subject]);
  }
  return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') };
}

/** Writes `<directory>/registry.yml`; images lie in `<directory>/storage`. */
export async function writeConfig(
  port: number,
  { directory, endpoint, secret }: Configuration,
): Promise<void> {
  const config = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'storage') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret },
    auth: {
      token: {
        realm: `${endpoint}/20180419/docker/token`,
        service: ISSUER,
        issuer: ISSUER,
        rootcertbundle: join(directory, 'token.crt'),
      },
    },
    notifications: {
      endpoints: [
        {
          name: 'galley',
          url: `${endpoint}/_galley/registry/notifications`,
          headers: { Authorization: [`Bearer ${secret}`] },
          timeout: '5s',
          threshold: 3,
          backoff: '1s',
        },
      ],
    },
  };
  await writeFile(join(directory, 'registry.yml'), stringify(config), { mode: 0o600 });
}
