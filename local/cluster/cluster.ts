// What a running cluster offers the rest of the region, whichever kind it is.
import type { ApiClient, ClientAccess } from './api-client.ts';
import type { Certificates } from './certificates.ts';

export interface RunningCluster {
  readonly kind: 'stand-in' | 'real' | 'kubeconfig';
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** The admin's credential. */
  readonly access: ClientAccess;
  /** Acts as cluster admin. */
  readonly admin: ApiClient;
  /** Path of a kubeconfig with the admin's credential. */
  readonly kubeconfig: string;
  /** Undefined for a cluster that was given to us. */
  readonly certificates: Certificates | undefined;
  stop(): Promise<void>;
}
