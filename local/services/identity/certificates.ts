// X.509 certificates of instances, as OCI puts them into every machine, and the authority that signs them.
// Not openssl: it holds a subject's parts to 64 characters, and OCI's `OU=opc-…:<OCID>` are longer.
import './reflect.ts';
import { X509Certificate } from 'node:crypto';
import { cryptoProvider, X509CertificateGenerator } from '@peculiar/x509';
import { notAuthenticated } from '../../http/errors.ts';
import type { Principal } from '../../types.ts';

cryptoProvider.set(crypto);

/** RSA, as the SDKs sign the request for a token with rsa-sha256. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: Uint8Array.of(1, 0, 1),
  modulusLength: 2048,
};
/** OCI renews them several times a day; ours are made anew with every start of the region. */
const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** A certificate made now must be valid already for a clock that is a little behind. */
const BACKDATED_MS = 5 * 60 * 1000;

export interface Authority {
  readonly certificate: X509Certificate;
  /** A certificate and key for one instance, as PEM. */
  issue(instance: Principal): Promise<{ cert: string; key: string }>;
}

/** A fresh authority: clients read their certificate again before each token, so none outlives the region. */
export async function createAuthority(now: () => Date): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const own = await X509CertificateGenerator.createSelfSigned({
    ...lifetime(now()),
    name: 'CN=PKISVC Identity Intermediate local',
    keys,
    signingAlgorithm: ALGORITHM,
  });
  return {
    certificate: new X509Certificate(own.toString('pem')),
    async issue(instance) {
      const leaf = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await X509CertificateGenerator.create({
        ...lifetime(now()),
        subject: subjectOf(instance),
        issuer: own.subject,
        publicKey: leaf.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
      });
      return { cert: `${certificate.toString('pem')}\n`, key: await privatePem(leaf.privateKey) };
    },
  };
}

function lifetime(now: Date): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter: new Date(now.getTime() + LIFETIME_MS),
  };
}

/** The SDKs read `opc-tenant:`; the federation endpoint reads all of them back. */
function subjectOf({ id, compartmentId, tenancyId }: Principal): { [name: string]: string[] }[] {
  const units = [
    'certtype:instance',
    `compartment:${compartmentId}`,
    `instance:${id}`,
    `tenant:${tenancyId}`,
  ];
  return [{ CN: [id] }, ...units.map((unit) => ({ OU: [`opc-${unit}`] }))];
}

async function privatePem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(der.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** The instance a certificate names. Throws 401 when the authority did not sign it or its time is over. */
export function instanceOf(certificate: X509Certificate, authority: Authority, now: Date): Principal {
  const isOurs = certificate.verify(authority.certificate.publicKey);
  const isValid = now >= new Date(certificate.validFrom) && now <= new Date(certificate.validTo);
  const unit = (name: string): string =>
    new RegExp(`^OU=opc-${name}:(.+)$`, 'm').exec(certificate.subject)?.[1] ?? '';
  if (!isOurs || !isValid || unit('instance') === '') {
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
