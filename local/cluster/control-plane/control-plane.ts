// A real Kubernetes control plane on loopback: etcd, kube-apiserver and kube-controller-manager as child processes.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { type Certificates, clusterCertificates, serviceAccountKeys } from '../certificates.ts';
import type { RunningCluster } from '../cluster.ts';
import { writeKubeconfig, writeWebhookConfig } from '../kubeconfig.ts';
import type { Binaries } from './binaries.ts';
import { type Child, type Program, type Supervision, supervise } from './children.ts';
import { keptPorts } from './ports.ts';

export interface ControlPlaneOptions {
  readonly binaries: Binaries;
  /** Certificates, etcd's data, ports and logs live here and survive a restart. */
  readonly directory: string;
  /** Where TokenReviews are posted to; undefined: only certificates are accepted. */
  readonly reviewUrl: string | undefined;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A start takes 3 s on an idle machine; a busy one may need twenty times that. */
const READY_DEADLINE_MS = 120_000;
const controllers =
  'deployment,replicaset,statefulset,daemonset,job,cronjob,namespace,garbagecollector,endpointslice,serviceaccount,disruption,resourcequota,ttl-after-finished';

/** Starts the three programs and waits until the API server is ready. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<RunningCluster> {
  const directory = options.directory;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const certificates = clusterCertificates(join(directory, 'pki'));
  const ports = await keptPorts(directory, ['etcd', 'peer', 'api']);
  const server = `https://127.0.0.1:${ports.api}`;
  const access = { server, ca: certificates.ca.cert, client: certificates.admin };
  const kubeconfig = writeKubeconfig(join(directory, 'admin.kubeconfig'), access);
  const supervision: Supervision = { directory: join(directory, 'run'), log: options.log };
  const children: Child[] = [];
  const start = async (program: Program): Promise<void> =>
    void children.push(await supervise(program, supervision));
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop();
  };
  const admin = createApiClient(access);
  try {
    await start(etcd(options, ports));
    await start(apiServer({ options, certificates, ports }));
    await untilReady(admin, supervision.directory);
    await start(controllerManager({ options, kubeconfig }));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kind: 'real', ...access, access, admin, kubeconfig, certificates, stop };
}

type Ports = { readonly etcd: number; readonly peer: number; readonly api: number };

function etcd({ binaries, directory }: ControlPlaneOptions, ports: Ports): Program {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  const args = [
    `--data-dir=${join(directory, 'etcd')}`,
    '--unsafe-no-fsync=true',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
  return { name: 'etcd', file: binaries.etcd, args };
}

interface ApiServerParts {
  readonly options: ControlPlaneOptions;
  readonly certificates: Certificates;
  readonly ports: Ports;
}

function apiServer({ options, certificates, ports }: ApiServerParts): Program {
  const keys = serviceAccountKeys(join(options.directory, 'pki'));
  const args = [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    `--tls-cert-file=${certificates.server.certFile}`,
    `--tls-private-key-file=${certificates.server.keyFile}`,
    `--client-ca-file=${certificates.ca.certFile}`,
    `--kubelet-certificate-authority=${certificates.ca.certFile}`,
    `--kubelet-client-certificate=${certificates.kubeletClient.certFile}`,
    `--kubelet-client-key=${certificates.kubeletClient.keyFile}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://127.0.0.1/',
    `--service-account-key-file=${keys.publicFile}`,
    `--service-account-signing-key-file=${keys.privateFile}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    '--authorization-mode=RBAC',
    // Pods here never talk to the API server, so no token is mounted; the volume would have no kubelet to fill it.
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
    ...webhook(options),
  ];
  return { name: 'kube-apiserver', file: options.binaries.apiServer, args };
}

function webhook({ directory, reviewUrl }: ControlPlaneOptions): string[] {
  if (reviewUrl === undefined) return [];
  const file = writeWebhookConfig(join(directory, 'token-webhook.yaml'), reviewUrl);
  return [
    `--authentication-token-webhook-config-file=${file}`,
    '--authentication-token-webhook-version=v1',
    '--authentication-token-webhook-cache-ttl=10s',
  ];
}

function controllerManager(parts: { options: ControlPlaneOptions; kubeconfig: string }): Program {
  const { options, kubeconfig } = parts;
  const keys = serviceAccountKeys(join(options.directory, 'pki'));
  const args = [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${keys.privateFile}`,
    `--controllers=${controllers}`,
  ];
  return { name: 'kube-controller-manager', file: options.binaries.controllerManager, args };
}

async function untilReady(admin: ApiClient, logs: string): Promise<void> {
  const deadline = Date.now() + READY_DEADLINE_MS;
  let last = 'no answer yet';
  while (Date.now() < deadline) {
    last = await admin.get('/readyz').then(
      (answer) => (answer.status === 200 ? '' : `${answer.status} ${answer.text.slice(0, 200)}`),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (last === '') return;
    await delay(100);
  }
  throw new Error(
    `kube-apiserver is not ready after ${READY_DEADLINE_MS / 1000} s (${last}); its log is in ${logs}`,
  );
}
