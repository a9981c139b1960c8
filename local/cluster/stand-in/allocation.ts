// What the API server hands out when an object is created: addresses, ports and first statuses.
import { at, type Fields, fieldsOf, type KubeObject, listOf } from '../object.ts';
import { type Api, timestamp } from './api.ts';
import { establishedStatus } from './custom-resources.ts';
import { builtIn } from './resources.ts';

const FIRST_NODE_PORT = 30000;

/** Adds what the server allocates or states itself, on creation and on a change of a Service's type. */
export function allocated(api: Api, object: KubeObject): KubeObject {
  const time = timestamp(api.now());
  switch (object.kind) {
    case 'Service':
      return { ...object, spec: serviceSpec(api, object), status: object.status ?? { loadBalancer: {} } };
    case 'Namespace':
      return namespace(object);
    case 'Job':
      return job(object);
    case 'Pod':
      return { ...object, status: object.status ?? { phase: 'Pending', qosClass: 'BestEffort' } };
    case 'PersistentVolumeClaim':
      return { ...object, status: object.status ?? { phase: 'Pending' } };
    case 'CustomResourceDefinition':
      return { ...object, status: establishedStatus(object, time) };
    default:
      return object;
  }
}

function namespace(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  const status = object.status ?? { phase: 'Active' };
  return {
    ...object,
    metadata: { ...object.metadata, labels },
    spec: { finalizers: ['kubernetes'], ...object.spec },
    status,
  };
}

/** A Job selects its pods by its own uid, unless told otherwise. */
function job(object: KubeObject): KubeObject {
  const spec = fieldsOf(object.spec);
  if (spec.selector !== undefined) return object;
  const template = fieldsOf(spec.template);
  const metadata = fieldsOf(template.metadata);
  const uid = { 'batch.kubernetes.io/controller-uid': object.metadata.uid };
  const labels = {
    ...fieldsOf(metadata.labels),
    ...uid,
    'batch.kubernetes.io/job-name': object.metadata.name,
  };
  return {
    ...object,
    spec: {
      ...spec,
      selector: { matchLabels: uid },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

function serviceSpec(api: Api, object: KubeObject): Fields {
  const spec = fieldsOf(object.spec);
  if (spec.type === 'ExternalName') return spec;
  const others = api.store
    .list(builtIn('Service'))
    .filter((each) => each.metadata.uid !== object.metadata.uid);
  const clusterIP = spec.clusterIP ?? freeAddress(others);
  const needsNodePort = spec.type === 'LoadBalancer' || spec.type === 'NodePort';
  const ports = needsNodePort ? withNodePorts(listOf(spec.ports), others) : listOf(spec.ports);
  return {
    ...spec,
    ports,
    clusterIP,
    clusterIPs: [clusterIP],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  };
}

/** From 10.0.0.0/24, the range the real control plane gets as well. */
function freeAddress(services: readonly KubeObject[]): string {
  const taken = new Set(services.map((service) => at(service, 'spec', 'clusterIP')));
  for (let last = 10; last < 255; last += 1) if (!taken.has(`10.0.0.${last}`)) return `10.0.0.${last}`;
  return 'None';
}

function withNodePorts(ports: readonly Fields[], services: readonly KubeObject[]): Fields[] {
  const taken = new Set(
    services.flatMap((service) => listOf(at(service, 'spec', 'ports')).map((port) => port.nodePort)),
  );
  for (const port of ports) taken.add(port.nodePort);
  let next = FIRST_NODE_PORT;
  return ports.map((port) => {
    if (port.nodePort !== undefined) return port;
    while (taken.has(next)) next += 1;
    taken.add(next);
    return { ...port, nodePort: next };
  });
}
