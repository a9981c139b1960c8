// What a tarball may not bring, whatever the cluster's own rules are: cluster-wide kinds, foreign namespaces, and
// pods that reach through to the node. A second line: the first is RBAC and Pod Security (facts oke-apply §6.2).
import { PART_OF, parentName } from './applyset.ts';
import type { Item } from './items.ts';
import type { Problem } from './manifests.ts';
import { at, groupKind, type Json, listAt, textAt, titleOf } from './objects.ts';
import { podSpecsOf } from './pod-specs.ts';

/** What an administrator has opened up, beyond the default. */
export interface Allowed {
  /** `Kind.group` (`CustomResourceDefinition.apiextensions.k8s.io`) that is denied otherwise. */
  readonly kinds: readonly string[];
  /** Namespaces beside the app's own. */
  readonly namespaces: readonly string[];
}

export const NOTHING_ALLOWED: Allowed = { kinds: [], namespaces: [] };

/** Namespaces of the cluster itself; krane refuses the same ones. */
const PROTECTED = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Namespaced kinds that grant rights or stand in for the kubelet and the controllers. */
const DENIED_KINDS = ['Role', 'RoleBinding'].map((kind) => `${kind}.rbac.authorization.k8s.io`);

interface Place {
  readonly app: string;
  readonly namespace: string;
  readonly allowed: Allowed;
}

type Rule = (item: Item, place: Place) => readonly Omit<Problem, 'file' | 'document' | 'object'>[];

const RULES: readonly Rule[] = [kindRule, namespaceRule, secretRule, serviceRule, podRule, ownRule];

/** What an app may not bring: file, document, object and field of everything; empty when it may be sent. */
export function denials(items: readonly Item[], place: Place): Problem[] {
  return items.flatMap((item) =>
    RULES.flatMap((rule) => rule(item, place)).map((problem) => ({
      file: item.file,
      document: item.document,
      object: titleOf(item.object),
      ...problem,
    })),
  );
}

/** May this namespace hold an app at all? */
export function isProtected(namespace: string): boolean {
  return PROTECTED.includes(namespace);
}

function kindRule(...[{ object, resource }, { allowed }]: Parameters<Rule>): ReturnType<Rule> {
  const kind = groupKind(object);
  if (allowed.kinds.includes(kind)) return [];
  if (!resource.isNamespaced) {
    return [{ field: 'kind', message: `${kind} is cluster-wide and not allowed for apps` }];
  }
  return DENIED_KINDS.includes(kind)
    ? [{ field: 'kind', message: `${kind} grants rights and is not allowed` }]
    : [];
}

function namespaceRule(...[{ object, resource }, place]: Parameters<Rule>): ReturnType<Rule> {
  const namespace = object.metadata.namespace ?? '';
  if (!resource.isNamespaced) return [];
  const field = 'metadata.namespace';
  if (isProtected(namespace)) return [{ field, message: `namespace ${namespace} belongs to the cluster` }];
  if (namespace === place.namespace || place.allowed.namespaces.includes(namespace)) return [];
  return [{ field, message: `namespace ${namespace} is not the app's own, which is ${place.namespace}` }];
}

function secretRule(...[{ object }]: Parameters<Rule>): ReturnType<Rule> {
  if (groupKind(object) !== 'Secret' || object.type !== 'kubernetes.io/service-account-token') return [];
  return [{ field: 'type', message: 'a token of a ServiceAccount may not be asked for' }];
}

function serviceRule(...[{ object }]: Parameters<Rule>): ReturnType<Rule> {
  if (groupKind(object) !== 'Service' || listAt(object, 'spec', 'externalIPs').length === 0) return [];
  return [{ field: 'spec.externalIPs', message: 'takes traffic of other addresses (CVE-2020-8554)' }];
}

function ownRule(...[{ object }, { app, namespace }]: Parameters<Rule>): ReturnType<Rule> {
  const { name, labels } = object.metadata;
  if (labels && PART_OF in labels) {
    return [{ field: `metadata.labels.${PART_OF}`, message: 'is set by Galley; remove it' }];
  }
  const isParent = groupKind(object) === 'ConfigMap' && name === parentName(app);
  if (!isParent || object.metadata.namespace !== namespace) return [];
  return [{ field: 'metadata.name', message: `${name} holds Galley's inventory; take another name` }];
}

function podRule(...[{ object }]: Parameters<Rule>): ReturnType<Rule> {
  return podSpecsOf(object).flatMap(({ path, spec }) => [
    ...['hostNetwork', 'hostPID', 'hostIPC']
      .filter((field) => spec[field] === true)
      .map((field) => ({ field: `${path}.${field}`, message: 'shares the node with the pod' })),
    ...hostPaths(path, spec),
    ...privileged(path, spec),
  ]);
}

function hostPaths(path: string, spec: Json): ReturnType<Rule> {
  return listAt(spec, 'volumes').flatMap((volume, index) =>
    at(volume, 'hostPath') === undefined
      ? []
      : [{ field: `${path}.volumes[${index}].hostPath`, message: 'mounts a directory of the node' }],
  );
}

function privileged(path: string, spec: Json): ReturnType<Rule> {
  return ['containers', 'initContainers'].flatMap((list) =>
    listAt(spec, list).flatMap((container, index) => {
      if (at(container, 'securityContext', 'privileged') !== true) return [];
      const name = textAt(container, 'name') ?? '';
      const field = `${path}.${list}[${index}].securityContext.privileged`;
      return [{ field, message: `container ${name} would be root on the node` }];
    }),
  );
}
