// Manifests for a source that brings none: a Deployment, and a Service when the image exposes a port.
import type { V1Container, V1Deployment, V1ObjectMeta, V1Service } from '@kubernetes/client-node';
import { toYaml } from './dialect.ts';

export interface GenerateInput {
  /** DNS-1123 label; the name of both objects. */
  readonly app: string;
  readonly namespace: string;
  /** Any reference that pinning recognises: the app's name or its OCIR repository. */
  readonly image: string;
  /** TCP ports of the image (`EXPOSE`). None: no probe and no Service. */
  readonly ports: readonly number[];
  readonly service: { readonly type: 'ClusterIP' | 'LoadBalancer' | 'NodePort'; readonly port: number };
}

/**
 * What Docker's default set keeps and ordinary images use (nginx, postgres, Java servers start as root and step down).
 * All are in the baseline Pod Security level, so a namespace that enforces `baseline` takes the pods.
 */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'];

/**
 * OKE gives a fixed 100 Mbps load balancer without these (docs/load-balancer-annotations.md of
 * oracle/oci-cloud-controller-manager); flexible ones start at 10 Mbps (as in oracle-quickstart/oci-hpc-oke).
 */
const LOAD_BALANCER = {
  'service.beta.kubernetes.io/oci-load-balancer-shape': 'flexible',
  'service.beta.kubernetes.io/oci-load-balancer-shape-flex-min': '10',
  'service.beta.kubernetes.io/oci-load-balancer-shape-flex-max': '100',
};

/** A multi-document YAML text, safe by default and meant to be copied into `k8s/`. */
export function generateManifests(input: GenerateInput): string {
  const documents: object[] = [deployment(input)];
  if (input.ports.length > 0) documents.push(service(input));
  return documents.map((document) => `---\n${toYaml(document)}`).join('');
}

/** Traffic of `service.port` goes to the same port of the image if it has it, else to its first. */
function mainPort({ ports, service: { port } }: GenerateInput): number | undefined {
  return ports.includes(port) ? port : ports[0];
}

const selector = (app: string): Record<string, string> => ({ 'app.kubernetes.io/name': app });

function metadata({ app, namespace }: GenerateInput, annotations?: Record<string, string>): V1ObjectMeta {
  const labels = { ...selector(app), 'app.kubernetes.io/managed-by': 'galley' };
  return { name: app, namespace, labels, ...(annotations ? { annotations } : {}) };
}

const portName = (port: number, main: number | undefined): string =>
  port === main ? 'main' : `port-${port}`;

function deployment(input: GenerateInput): V1Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(input),
    spec: {
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector(input.app) },
      template: {
        metadata: { labels: selector(input.app) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(input)],
        },
      },
    },
  };
}

function container(input: GenerateInput): V1Container {
  const main = mainPort(input);
  const ports = input.ports.map((port) => ({
    name: portName(port, main),
    containerPort: port,
    protocol: 'TCP',
  }));
  // A connect a second costs nothing, and a rollout does not wait five for a program that needed half of one.
  const probe = { tcpSocket: { port: 'main' }, periodSeconds: 1, failureThreshold: 5 };
  return {
    name: input.app,
    image: input.image,
    ...(main === undefined ? {} : { ports, readinessProbe: probe }),
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: CAPABILITIES },
    },
  };
}

function service(input: GenerateInput): V1Service {
  const main = mainPort(input);
  const ports = input.ports.map((port) => ({
    name: portName(port, main),
    port: port === main ? input.service.port : port,
    targetPort: portName(port, main),
    protocol: 'TCP',
  }));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(input, input.service.type === 'LoadBalancer' ? LOAD_BALANCER : undefined),
    spec: { type: input.service.type, selector: selector(input.app), ports },
  };
}
