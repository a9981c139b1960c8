// What the API server fills in, as far as clients and controllers here look at it.
import { at, type Fields, fieldsOf, isFields, type KubeObject, listOf } from '../object.ts';

type Filled = Record<string, unknown>;

/** Adds `values` under the fields that are absent; nested maps are filled one level at a time. */
function fill(target: unknown, values: Filled): Fields {
  const filled: Fields = { ...fieldsOf(target) };
  for (const [name, value] of Object.entries(values)) if (filled[name] === undefined) filled[name] = value;
  return filled;
}

const probe = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const portProtocol = (ports: unknown): Fields[] =>
  listOf(ports).map((port) => fill(port, { protocol: 'TCP' }));

function container(value: Fields): Fields {
  const image = String(value.image ?? '');
  const isMoving = !image.includes('@') && (/:latest$/.test(image) || !/:[^/]+$/.test(image));
  const filled = fill(value, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isMoving ? 'Always' : 'IfNotPresent',
  });
  if (Array.isArray(filled.ports)) filled.ports = portProtocol(filled.ports);
  for (const name of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    if (isFields(filled[name])) filled[name] = probeDefaults(filled[name]);
  }
  return filled;
}

function probeDefaults(value: Fields): Fields {
  const filled = fill(value, probe);
  if (isFields(filled.httpGet)) filled.httpGet = fill(filled.httpGet, { path: '/', scheme: 'HTTP' });
  return filled;
}

/** A pod's spec with Kubernetes' defaults. */
export function podSpec(value: unknown, restartPolicy = 'Always'): Fields {
  const filled = fill(value, {
    restartPolicy,
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  filled.containers = listOf(filled.containers).map(container);
  if (Array.isArray(filled.initContainers))
    filled.initContainers = listOf(filled.initContainers).map(container);
  return filled;
}

function template(value: unknown, restartPolicy = 'Always'): Fields {
  const filled = fill(value, {});
  return {
    ...filled,
    metadata: { ...fieldsOf(filled.metadata) },
    spec: podSpec(filled.spec, restartPolicy),
  };
}

const rollingUpdate = { rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' }, type: 'RollingUpdate' };

function strategy(value: unknown): Fields {
  const given = fill(value, { type: 'RollingUpdate' });
  if (given.type !== 'RollingUpdate') return given;
  return { ...given, rollingUpdate: fill(given.rollingUpdate, rollingUpdate.rollingUpdate) };
}

function deployment(spec: Fields): Fields {
  const filled = fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  return { ...filled, strategy: strategy(filled.strategy), template: template(filled.template) };
}

function statefulSet(spec: Fields): Fields {
  const filled = fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' });
  const update = fill(filled.updateStrategy, { type: 'RollingUpdate' });
  if (update.type === 'RollingUpdate') update.rollingUpdate = fill(update.rollingUpdate, { partition: 0 });
  return { ...filled, updateStrategy: update, template: template(filled.template) };
}

function daemonSet(spec: Fields): Fields {
  const filled = fill(spec, { revisionHistoryLimit: 10 });
  const update = fill(filled.updateStrategy, { type: 'RollingUpdate' });
  if (update.type === 'RollingUpdate') {
    update.rollingUpdate = fill(update.rollingUpdate, { maxUnavailable: 1, maxSurge: 0 });
  }
  return { ...filled, updateStrategy: update, template: template(filled.template) };
}

function job(spec: Fields): Fields {
  const filled = fill(spec, { backoffLimit: 6, completionMode: 'NonIndexed', suspend: false });
  const isWorkQueue = filled.completions === undefined && filled.parallelism !== undefined;
  const counted = fill(filled, isWorkQueue ? {} : { completions: 1, parallelism: 1 });
  return { ...counted, template: template(counted.template) };
}

function cronJob(spec: Fields): Fields {
  return fill(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
}

function service(spec: Fields): Fields {
  const filled = fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  if (filled.type === 'LoadBalancer') filled.allocateLoadBalancerNodePorts ??= true;
  const ports = portProtocol(filled.ports).map((port) => fill(port, { targetPort: port.port }));
  return Array.isArray(filled.ports) ? { ...filled, ports } : filled;
}

const bySpec: Readonly<Record<string, (spec: Fields) => Fields>> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  ReplicaSet: (spec) => ({ ...fill(spec, { replicas: 1 }), template: template(at(spec, 'template')) }),
  Job: job,
  CronJob: cronJob,
  Service: service,
  Pod: (spec) => podSpec(spec),
  PersistentVolumeClaim: (spec) => fill(spec, { volumeMode: 'Filesystem' }),
};

/** The object as the API server would store it. */
export function withDefaults(object: KubeObject): KubeObject {
  const complete = bySpec[object.kind];
  const isOurs = !object.apiVersion.includes('.') || /\.k8s\.io\//.test(object.apiVersion);
  if (object.kind === 'Secret') return secret(object);
  return complete && isOurs ? { ...object, spec: complete(fieldsOf(object.spec)) } : object;
}

function secret({ stringData, ...object }: KubeObject): KubeObject {
  const encoded = Object.entries(fieldsOf(stringData)).map(([name, text]) => [
    name,
    Buffer.from(String(text)).toString('base64'),
  ]);
  const data = { ...fieldsOf(object.data), ...Object.fromEntries(encoded) };
  return { ...object, type: object.type ?? 'Opaque', ...(Object.keys(data).length > 0 ? { data } : {}) };
}
