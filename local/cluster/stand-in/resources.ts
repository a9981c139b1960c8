// The kinds the stand-in knows by itself. Custom resources are added at run time, see custom-resources.ts.
import type { Fields } from '../object.ts';

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
  /** Only of custom resources: the `openAPIV3Schema` of the served version. */
  readonly schema?: Fields;
}

type Row = [groupVersion: string, kind: string, plural: string, shortNames?: string, subresources?: string];

const namespacedKinds: readonly Row[] = [
  ['v1', 'ConfigMap', 'configmaps', 'cm'],
  ['v1', 'Secret', 'secrets'],
  ['v1', 'Service', 'services', 'svc', 'status'],
  ['v1', 'ServiceAccount', 'serviceaccounts', 'sa'],
  ['v1', 'Pod', 'pods', 'po', 'status,log,binding'],
  ['v1', 'Event', 'events', 'ev'],
  ['v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'pvc', 'status'],
  ['v1', 'ResourceQuota', 'resourcequotas', 'quota', 'status'],
  ['v1', 'LimitRange', 'limitranges', 'limits'],
  ['v1', 'Endpoints', 'endpoints', 'ep'],
  ['apps/v1', 'Deployment', 'deployments', 'deploy', 'status,scale'],
  ['apps/v1', 'ReplicaSet', 'replicasets', 'rs', 'status,scale'],
  ['apps/v1', 'StatefulSet', 'statefulsets', 'sts', 'status,scale'],
  ['apps/v1', 'DaemonSet', 'daemonsets', 'ds', 'status'],
  ['apps/v1', 'ControllerRevision', 'controllerrevisions'],
  ['batch/v1', 'Job', 'jobs', '', 'status'],
  ['batch/v1', 'CronJob', 'cronjobs', 'cj', 'status'],
  ['networking.k8s.io/v1', 'Ingress', 'ingresses', 'ing', 'status'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'netpol'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa', 'status'],
  ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'pdb', 'status'],
  ['rbac.authorization.k8s.io/v1', 'Role', 'roles'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'],
  ['coordination.k8s.io/v1', 'Lease', 'leases'],
  ['discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'],
];

const clusterKinds: readonly Row[] = [
  ['v1', 'Namespace', 'namespaces', 'ns', 'status,finalize'],
  ['v1', 'Node', 'nodes', 'no', 'status'],
  ['v1', 'PersistentVolume', 'persistentvolumes', 'pv', 'status'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', 'crd,crds', 'status'],
  ['networking.k8s.io/v1', 'IngressClass', 'ingressclasses'],
  ['storage.k8s.io/v1', 'StorageClass', 'storageclasses', 'sc'],
  ['scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'pc'],
  ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'],
];

function toResource(
  [groupVersion, kind, plural, shortNames = '', subresources = '']: Row,
  namespaced: boolean,
): Resource {
  const words = (text: string): string[] => text.split(',').filter((word) => word !== '');
  return {
    ...splitGroupVersion(groupVersion),
    kind,
    plural,
    namespaced,
    shortNames: words(shortNames),
    subresources: words(subresources),
  };
}

/** `apps/v1` → group `apps`, version `v1`; `v1` is the core group, whose name is empty. */
export function splitGroupVersion(groupVersion: string): { group: string; version: string } {
  const slash = groupVersion.indexOf('/');
  if (slash === -1) return { group: '', version: groupVersion };
  return { group: groupVersion.slice(0, slash), version: groupVersion.slice(slash + 1) };
}

export function groupVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

export const builtInResources: readonly Resource[] = [
  ...namespacedKinds.map((row) => toResource(row, true)),
  ...clusterKinds.map((row) => toResource(row, false)),
];

/** The built-in resource of a kind. Throws on a kind that is not in the table: a mistake in this program. */
export function builtIn(kind: string): Resource {
  const found = builtInResources.find((resource) => resource.kind === kind);
  if (!found) throw new Error(`${kind} is not a built-in kind of the stand-in`);
  return found;
}
