// Starts the stand-in: a small Kubernetes API server with controllers, in this process.
import { once } from 'node:events';
import { join } from 'node:path';
import { createApiClient } from '../api-client.ts';
import { clusterCertificates } from '../certificates.ts';
import type { RunningCluster } from '../cluster.ts';
import { keptPorts } from '../control-plane/ports.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import type { Api } from './api.ts';
import { webhookReview } from './authentication.ts';
import { startControllers } from './controllers/controllers.ts';
import { openObjectStore } from './object-store.ts';
import { createApiServer } from './server.ts';

export interface StandInOptions {
  /** Certificates, objects and the port live here and survive a restart and a kill. */
  readonly directory: string;
  /** Where TokenReviews are posted to; undefined: only certificates are accepted. */
  readonly reviewUrl: string | undefined;
  now(): Date;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export async function startStandIn(options: StandInOptions): Promise<RunningCluster> {
  const { directory, now, log, reviewUrl } = options;
  const certificates = clusterCertificates(join(directory, 'pki'));
  const store = openObjectStore(directory);
  const api: Api = { store, now };
  const review = reviewUrl === undefined ? undefined : webhookReview(reviewUrl);
  const server = createApiServer({ api, certificates, review, log });
  const { api: port } = await keptPorts(directory, ['api']);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const controllers = startControllers(api, log);
  const access = {
    server: `https://127.0.0.1:${port}`,
    ca: certificates.ca.cert,
    client: certificates.admin,
  };
  const kubeconfig = writeKubeconfig(join(directory, 'admin.kubeconfig'), access);
  const stop = async (): Promise<void> => {
    controllers.stop();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    store.close();
  };
  return {
    kind: 'stand-in',
    ...access,
    access,
    admin: createApiClient(access),
    kubeconfig,
    certificates,
    stop,
  };
}
