// EndpointSlices: the addresses behind a Service.
import { at, type Fields, fieldsOf, isSame, type KubeObject, listOf, textOf } from '../../object.ts';
import type { Api } from '../api.ts';
import { createOwned, liveObjects, ownedBy, templateHash, update } from './owned.ts';
import { isActive, isReady } from './pods.ts';

export function reconcileEndpointSlices(api: Api, namespace: string): void {
  for (const service of liveObjects(api, 'Service', namespace)) {
    if (Object.keys(fieldsOf(service.spec?.selector)).length > 0) reconcile(api, service);
  }
}

function reconcile(api: Api, service: KubeObject): void {
  const pods = selectedPods(api, service);
  const content = { addressType: 'IPv4', endpoints: pods.map(endpoint), ports: ports(service, pods[0]) };
  const [slice] = ownedBy(api, service, 'EndpointSlice');
  if (slice) {
    const next = { ...slice, ...content };
    if (!isSame(slice, next)) update(api, next);
    return;
  }
  const labels = {
    'kubernetes.io/service-name': service.metadata.name,
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  };
  const name = `${service.metadata.name}-${templateHash(service.metadata.uid).slice(0, 5)}`;
  createOwned(api, service, { kind: 'EndpointSlice', metadata: { name, labels }, ...content });
}

function selectedPods(api: Api, service: KubeObject): KubeObject[] {
  const selector = Object.entries(fieldsOf(service.spec?.selector));
  return liveObjects(api, 'Pod', service.metadata.namespace ?? '')
    .filter((pod) => selector.every(([name, value]) => pod.metadata.labels?.[name] === value))
    .filter((pod) => isActive(pod) && textOf(pod.status?.podIP) !== '');
}

function endpoint(pod: KubeObject): Fields {
  const { name, namespace, uid } = pod.metadata;
  const isUp = isReady(pod);
  return {
    addresses: [pod.status?.podIP],
    conditions: { ready: isUp, serving: isUp, terminating: false },
    nodeName: pod.spec?.nodeName,
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

function ports(service: KubeObject, pod: KubeObject | undefined): Fields[] {
  return listOf(service.spec?.ports).map((port) => ({
    name: textOf(port.name),
    port: targetPort(port, pod),
    protocol: textOf(port.protocol) || 'TCP',
  }));
}

/** A named target port is looked up in the pod's containers. */
function targetPort(port: Fields, pod: KubeObject | undefined): unknown {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const declared = listOf(pod?.spec?.containers).flatMap((container) => listOf(container.ports));
  return (
    at(
      declared.find((each) => each.name === target),
      'containerPort',
    ) ?? null
  );
}
