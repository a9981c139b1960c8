// The kubeconfig `createKubeconfig` answers with: where the cluster is, and `oci` as the way to a token.
import { stringify } from 'yaml';

export interface KubeconfigParts {
  readonly clusterId: string;
  readonly region: string;
  readonly server: string;
  /** PEM */
  readonly ca: string;
}

/** Shape of facts oke-apply 1.2; names end in the last 11 characters of the OCID. */
export function okeKubeconfig({ clusterId, region, server, ca }: KubeconfigParts): string {
  const suffix = clusterId.slice(-11);
  const [cluster, user, context] = [`cluster-${suffix}`, `user-${suffix}`, `context-${suffix}`];
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'oci',
    args: ['ce', 'cluster', 'generate-token', '--cluster-id', clusterId, '--region', region],
    env: [],
  };
  return stringify({
    apiVersion: 'v1',
    kind: '',
    clusters: [
      {
        name: cluster,
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: user, user: { exec } }],
    contexts: [{ name: context, context: { cluster, user } }],
    'current-context': context,
  });
}
