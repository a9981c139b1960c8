// Where the app answers: the host of an Ingress, the address of a load balancer, else the name inside the cluster.
import { at, countAt, groupKind, type KubeObject, listAt, textAt } from './objects.ts';

/** There will be an address, and it is not known yet. */
export const PENDING = 'pending';
/** Nothing in the set listens. */
export const NO_ENDPOINT = 'none';

const KINDS = ['Ingress.networking.k8s.io', 'Service'];

export function isListening(object: { apiVersion: string; kind: string }): boolean {
  return KINDS.includes(groupKind(object));
}

/** A URL, `pending` or `none`, from the Services and Ingresses as the server has them. */
export function endpointOf(objects: readonly KubeObject[]): string {
  const ingresses = objects
    .filter((object) => groupKind(object) === 'Ingress.networking.k8s.io')
    .map(ingressUrl);
  const services = objects.filter((object) => groupKind(object) === 'Service');
  const outside = services
    .filter((service) => textAt(service, 'spec', 'type') === 'LoadBalancer')
    .map(balancerUrl);
  const inside = services.flatMap((service) => clusterUrl(service) ?? []);
  const best = [...ingresses, ...outside];
  return best.find((url) => url !== PENDING) ?? best[0] ?? inside[0] ?? NO_ENDPOINT;
}

function ingressUrl(ingress: KubeObject): string {
  const [rule] = listAt(ingress, 'spec', 'rules');
  const host = textAt(rule, 'host') ?? addressOf(ingress);
  if (host === undefined) return PENDING;
  const [path] = listAt(rule, 'http', 'paths');
  const isTls = listAt(ingress, 'spec', 'tls').length > 0;
  return `${isTls ? 'https' : 'http'}://${host}${textAt(path, 'path')?.replace(/\/$/, '') ?? ''}`;
}

function balancerUrl(service: KubeObject): string {
  const address = addressOf(service);
  return address === undefined ? PENDING : url(address, portOf(service));
}

function clusterUrl(service: KubeObject): string | undefined {
  const { name, namespace = 'default' } = service.metadata;
  const isNamed = ['ClusterIP', 'NodePort', undefined].includes(textAt(service, 'spec', 'type'));
  return isNamed ? url(`${name}.${namespace}.svc.cluster.local`, portOf(service)) : undefined;
}

function addressOf(object: KubeObject): string | undefined {
  const [ingress] = listAt(object, 'status', 'loadBalancer', 'ingress');
  return textAt(ingress, 'hostname') ?? textAt(ingress, 'ip');
}

function portOf(service: KubeObject): number {
  return countAt(at(listAt(service, 'spec', 'ports'), 0), 'port');
}

function url(host: string, port: number): string {
  if (port === 443) return `https://${host}`;
  return port === 80 || port === 0 ? `http://${host}` : `http://${host}:${port}`;
}
