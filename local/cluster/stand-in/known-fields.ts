// Field names of the kinds people write by hand, so that a typo is refused as a real API server refuses it.
import { at, fieldsOf, type KubeObject, listOf } from '../object.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const topLevel: Readonly<Record<string, string>> = {
  ConfigMap: 'data binaryData immutable',
  Secret: 'data stringData type immutable',
  ServiceAccount: 'secrets imagePullSecrets automountServiceAccountToken',
  Role: 'rules',
  ClusterRole: 'rules aggregationRule',
  RoleBinding: 'subjects roleRef',
  ClusterRoleBinding: 'subjects roleRef',
};

const podSpec =
  words(`activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy
  enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride
  imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName
  readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext
  serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds
  tolerations topologySpreadConstraints volumes`);

const container = words(`args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports
  readinessProbe resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce
  terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`);

const specs: Readonly<Record<string, ReadonlySet<string>>> = {
  Deployment: words(
    'minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector strategy template',
  ),
  ReplicaSet: words('minReadySeconds replicas selector template'),
  StatefulSet:
    words(`minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas
    revisionHistoryLimit selector serviceName template updateStrategy volumeClaimTemplates`),
  DaemonSet: words('minReadySeconds revisionHistoryLimit selector template updateStrategy'),
  Job: words(`activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector
    maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector successPolicy suspend template
    ttlSecondsAfterFinished`),
  CronJob: words(`concurrencyPolicy failedJobsHistoryLimit jobTemplate schedule startingDeadlineSeconds
    successfulJobsHistoryLimit suspend timeZone`),
  Service:
    words(`allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy
    healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP
    loadBalancerSourceRanges ports publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig
    trafficDistribution type`),
  Ingress: words('defaultBackend ingressClassName rules tls'),
  HorizontalPodAutoscaler: words('behavior maxReplicas metrics minReplicas scaleTargetRef'),
  PodDisruptionBudget: words('maxUnavailable minAvailable selector unhealthyPodEvictionPolicy'),
  NetworkPolicy: words('egress ingress podSelector policyTypes'),
  PersistentVolumeClaim: words(`accessModes dataSource dataSourceRef resources selector storageClassName
    volumeAttributesClassName volumeMode volumeName`),
  Pod: podSpec,
};

/** Where a kind keeps its pod spec. */
export function podSpecPath(kind: string): readonly string[] | undefined {
  if (kind === 'Pod') return ['spec'];
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)
    ? ['spec', 'template', 'spec']
    : undefined;
}

export interface UnknownField {
  /** `spec.template.spec.containers[0].imagee`, as strict decoding names it. */
  readonly byIndex: string;
  /** `spec.template.spec.containers[name="web"].imagee`, as server-side apply names it. */
  readonly byKey: string;
}

/** Fields Kubernetes does not know, the deepest first. */
export function unknownFields(object: KubeObject): UnknownField[] {
  const spec = specs[object.kind];
  const extra = topLevel[object.kind];
  const pod = podSpecPath(object.kind);
  return [
    ...(pod ? unknownInPod(object, pod) : []),
    ...(spec && object.kind !== 'Pod' ? unknownIn(object.spec, spec, 'spec') : []),
    ...(spec || extra !== undefined
      ? unknownIn(object, words(`apiVersion kind metadata spec status ${extra ?? ''}`), '')
      : []),
  ];
}

function unknownIn(value: unknown, known: ReadonlySet<string>, path: string): UnknownField[] {
  const names = Object.keys(fieldsOf(value)).filter((name) => !known.has(name));
  const whole = names.map((name) => (path === '' ? name : `${path}.${name}`));
  return whole.map((name) => ({ byIndex: name, byKey: name }));
}

function unknownInPod(object: KubeObject, path: readonly string[]): UnknownField[] {
  const inContainers = ['initContainers', 'containers'].flatMap((list) =>
    listOf(at(object, ...path, list)).flatMap((each, index) =>
      unknownIn(each, container, '').map(({ byKey }) => ({
        byIndex: `${path.join('.')}.${list}[${index}].${byKey}`,
        byKey: `${path.join('.')}.${list}[name=${JSON.stringify(each.name)}].${byKey}`,
      })),
    ),
  );
  return [...inContainers, ...unknownIn(at(object, ...path), podSpec, path.join('.'))];
}
