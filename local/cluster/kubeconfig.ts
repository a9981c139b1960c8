// Kubeconfigs the region writes for itself, for people and for the API server's token webhook.
import { stringify } from 'yaml';
import { replaceFile } from '../replace-file.ts';
import type { Certificate } from './certificates.ts';

export interface Access {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  readonly ca: string;
  /** Client certificate and key, PEM. */
  readonly client: Pick<Certificate, 'cert' | 'key'>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Writes a kubeconfig that carries its credential; readable by its owner only. */
export function writeKubeconfig(file: string, { server, ca, client }: Access): string {
  const name = 'galley';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name,
        user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  replaceFile(file, stringify(config), 0o600);
  return file;
}

/** Writes the file of `--authentication-token-webhook-config-file`: where a TokenReview is posted to. */
export function writeWebhookConfig(file: string, reviewUrl: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'region', cluster: { server: reviewUrl } }],
    users: [{ name: 'kube-apiserver', user: {} }],
    contexts: [{ name: 'webhook', context: { cluster: 'region', user: 'kube-apiserver' } }],
    'current-context': 'webhook',
  };
  replaceFile(file, stringify(config), 0o600);
  return file;
}
