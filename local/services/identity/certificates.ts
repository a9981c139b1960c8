// X.509 certificates of instances, as OCI puts them into every machine, and the authority that signs them.
// Made with openssl, as the cluster's are.
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { notAuthenticated } from '../../http/errors.ts';
import type { Principal } from '../../types.ts';

/** OCI renews an instance's certificate several times a day; ours is made anew with every start of the region. */
const DAYS = { authority: '3650', instance: '30' };
const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes'];

export interface Authority {
  readonly certificate: X509Certificate;
  /** A certificate and key for one instance, as PEM. */
  issue(instance: Principal): Promise<{ cert: string; key: string }>;
}

/** The authority kept in `directory`, made if it is not there. Throws when there is no openssl. */
export async function openAuthority(directory: string): Promise<Authority> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [cert, key] = [join(directory, 'authority.pem'), join(directory, 'authority.key')];
  if (!existsSync(cert)) {
    const subject = '/CN=PKISVC Identity Intermediate local';
    await openssl([
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      subject,
      '-days',
      DAYS.authority,
    ]);
  }
  return {
    certificate: new X509Certificate(await readFile(cert)),
    async issue(instance) {
      const file = (kind: string): string => join(directory, `${instance.id}.${kind}`);
      const subject = subjectOf(instance);
      await openssl([
        'req',
        '-new',
        ...NEW_KEY,
        '-keyout',
        file('key'),
        '-out',
        file('csr'),
        '-subj',
        subject,
      ]);
      const signer = ['-CA', cert, '-CAkey', key, '-CAcreateserial', '-days', DAYS.instance];
      await openssl(['x509', '-req', '-in', file('csr'), ...signer, '-out', file('pem')]);
      return { cert: await readFile(file('pem'), 'utf8'), key: await readFile(file('key'), 'utf8') };
    },
  };
}

/** The SDKs read `opc-tenant:`; the federation endpoint reads all of them back. */
function subjectOf({ id, compartmentId, tenancyId }: Principal): string {
  const units = [
    'certtype:instance',
    `compartment:${compartmentId}`,
    `instance:${id}`,
    `tenant:${tenancyId}`,
  ];
  return `/CN=${id}${units.map((unit) => `/OU=opc-${unit}`).join('')}`;
}

/** The instance a certificate names. Throws 401 when the authority did not sign it or its time is over. */
export function instanceOf(certificate: X509Certificate, authority: Authority, now: Date): Principal {
  const isOurs = certificate.verify(authority.certificate.publicKey);
  const unit = (name: string): string =>
    new RegExp(`^OU=opc-${name}:(.+)$`, 'm').exec(certificate.subject)?.[1] ?? '';
  if (!isOurs || now > new Date(certificate.validTo) || unit('instance') === '') {
    throw notAuthenticated('The certificate is not one of this region, or its time is over.');
  }
  return {
    kind: 'instance',
    id: unit('instance'),
    compartmentId: unit('compartment'),
    tenancyId: unit('tenant'),
    type: 'instance',
  };
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', args);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `openssl ${args[0]} failed while making instance certificates (is openssl on PATH?): ${said}`,
      { cause },
    );
  }
}
