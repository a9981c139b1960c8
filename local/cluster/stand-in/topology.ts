// How the parts of an object merge: which lists have keys, which are sets, which values change only as a whole.
// The built-in kinds' answers are those of Kubernetes' OpenAPI (`x-kubernetes-list-map-keys`, `…-map-type`).
import { type Fields, fieldsOf, textOf, textsOf } from '../object.ts';
import type { Resource } from './resources.ts';

export type Topology =
  | { readonly merge: 'atomic' }
  | { readonly merge: 'fields' }
  | { readonly merge: 'set' }
  | { readonly merge: 'keyed'; readonly keys: readonly string[] };

/** What to do with the value at a path of plain field names; list items add no element. */
export type TopologyOf = (path: readonly string[], value: unknown) => Topology;

const atomic: Topology = { merge: 'atomic' };
const byFields: Topology = { merge: 'fields' };

/** Lists with keys, by the name of their field. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  podIPs: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  schedulingGates: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  secrets: ['name'],
};

/** Maps that change as a whole, by the name of their field. `selector` is a LabelSelector or a Service's map. */
const atomicMaps = new Set([
  'selector',
  'labelSelector',
  'namespaceSelector',
  'podSelector',
  'nodeSelector',
  'fieldRef',
  'resourceFieldRef',
  'configMapKeyRef',
  'secretKeyRef',
  'secretRef',
  'configMapRef',
  'roleRef',
  'scaleTargetRef',
  'dataSource',
  'claimRef',
  'involvedObject',
  'targetRef',
]);

/** `ports` is keyed in containers and Services, and a plain list everywhere else. */
function portKeys(path: readonly string[]): readonly string[] | undefined {
  const parent = path.at(-2);
  if (parent === 'containers' || parent === 'initContainers') return ['containerPort', 'protocol'];
  return path.length === 2 && parent === 'spec' ? ['port', 'protocol'] : undefined;
}

function builtInTopology(resource: Resource): TopologyOf {
  return (path, value) => {
    const name = path.at(-1) ?? '';
    if (Array.isArray(value)) {
      if (name === 'finalizers' && path[0] === 'metadata') return { merge: 'set' };
      const keys = name === 'ports' ? portsOf(resource, path) : keysOf[name];
      return keys === undefined ? atomic : { merge: 'keyed', keys };
    }
    const isFree = path[0] === 'metadata' || path[0] === 'data' || path[0] === 'stringData';
    return atomicMaps.has(name) && !isFree ? atomic : byFields;
  };
}

function portsOf(resource: Resource, path: readonly string[]): readonly string[] | undefined {
  const keys = portKeys(path);
  return path.length === 2 && resource.kind !== 'Service' ? undefined : keys;
}

function customTopology(schema: Fields): TopologyOf {
  const metadata = builtInTopology({ kind: '' } as Resource);
  return (path, value) => {
    if (path[0] === 'metadata') return metadata(path, value);
    const at = path.reduce<Fields>(step, schema);
    if (!Array.isArray(value)) return at['x-kubernetes-map-type'] === 'atomic' ? atomic : byFields;
    if (at['x-kubernetes-list-type'] === 'set') return { merge: 'set' };
    if (at['x-kubernetes-list-type'] !== 'map') return atomic;
    return { merge: 'keyed', keys: textsOf(at['x-kubernetes-list-map-keys']) };
  };
}

/** One field down in an OpenAPI schema; items of lists are stepped through. */
function step(schema: Fields, name: string): Fields {
  const here = textOf(schema.type) === 'array' ? fieldsOf(schema.items) : schema;
  const property = fieldsOf(here.properties)[name];
  return fieldsOf(property ?? here.additionalProperties);
}

export function topologyOf(resource: Resource): TopologyOf {
  return resource.schema ? customTopology(resource.schema) : builtInTopology(resource);
}
