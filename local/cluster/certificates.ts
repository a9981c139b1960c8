// A cluster's own certificate authority and the certificates its parts show each other. Made once, kept on disk.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../replace-file.ts';

/** A key pair's files, and their content as PEM. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: Certificate;
  /** Shown by the API server on loopback. */
  readonly server: Certificate;
  /** Client, in the group `system:masters`: allowed everything, as OKE's own components are. */
  readonly admin: Certificate;
  /** Shown by the API server to the node. */
  readonly kubeletClient: Certificate;
  /** Shown by the node. */
  readonly node: Certificate;
}

interface Subject {
  readonly file: string;
  readonly name: string;
  readonly usage: 'serverAuth' | 'clientAuth';
}

const subjects = {
  server: { file: 'apiserver', name: '/CN=kube-apiserver', usage: 'serverAuth' },
  admin: { file: 'admin', name: '/O=system:masters/CN=galley-admin', usage: 'clientAuth' },
  kubeletClient: {
    file: 'kubelet-client',
    name: '/O=system:masters/CN=kube-apiserver-kubelet-client',
    usage: 'clientAuth',
  },
  node: { file: 'node', name: '/O=system:nodes/CN=system:node:galley', usage: 'serverAuth' },
} as const satisfies Record<string, Subject>;

/** Ten years: a region's directory may lie around for long, and the keys guard nothing but loopback. */
const LIFETIME_DAYS = '3650';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Reads the certificates under a directory, making what is missing. Throws when there is no openssl to make them. */
export function clusterCertificates(directory: string): Certificates {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ca = kept(directory, 'ca', makeAuthority);
  const leaf = (subject: Subject): Certificate =>
    kept(directory, subject.file, (pair) => makeLeaf(ca, subject, pair));
  return {
    ca,
    server: leaf(subjects.server),
    admin: leaf(subjects.admin),
    kubeletClient: leaf(subjects.kubeletClient),
    node: leaf(subjects.node),
  };
}

interface PairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The certificate is renamed into place last, so a kill half-way leaves nothing that looks whole. */
function kept(directory: string, name: string, make: (pair: PairFiles) => void): Certificate {
  const [certFile, keyFile] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
  if (!existsSync(certFile)) {
    const draft = `${certFile}.new`;
    make({ certFile: draft, keyFile });
    renameSync(draft, certFile);
  }
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

function makeAuthority({ certFile, keyFile }: PairFiles): void {
  const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,digitalSignature'];
  const adding = extensions.flatMap((extension) => ['-addext', extension]);
  const files = ['-keyout', keyFile, '-out', certFile];
  openssl([
    'req',
    '-x509',
    ...newKey,
    ...files,
    '-subj',
    '/CN=galley-cluster-ca',
    '-days',
    LIFETIME_DAYS,
    ...adding,
  ]);
}

function makeLeaf(ca: Certificate, subject: Subject, { certFile, keyFile }: PairFiles): void {
  const [request, extensions] = [`${certFile}.csr`, `${certFile}.ext`];
  const names = subject.usage === 'serverAuth' ? 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' : '';
  writeFileSync(
    extensions,
    `keyUsage=critical,digitalSignature\nextendedKeyUsage=${subject.usage}\n${names}`,
  );
  openssl(['req', '-new', ...newKey, '-keyout', keyFile, '-out', request, '-subj', subject.name]);
  const serial = `0x${randomBytes(9).toString('hex')}`;
  const signer = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-set_serial', serial, '-days', LIFETIME_DAYS];
  openssl(['x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', certFile]);
  for (const file of [request, extensions]) rmSync(file);
}

function openssl(args: readonly string[]): void {
  try {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    const message = `openssl ${args[0]} failed while making the cluster's certificates (is openssl on PATH?): ${said}`;
    throw new Error(message, { cause });
  }
}

/** The key pair service account tokens are signed with; returns the two files. */
export function serviceAccountKeys(directory: string): { publicFile: string; privateFile: string } {
  const [publicFile, privateFile] = [join(directory, 'sa.pub'), join(directory, 'sa.key')];
  if (!existsSync(publicFile)) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    replaceFile(privateFile, privateKey.export({ format: 'pem', type: 'pkcs1' }), 0o600);
    replaceFile(publicFile, publicKey.export({ format: 'pem', type: 'spki' }));
  }
  return { publicFile, privateFile };
}
