import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { doomOf } from '../../../shared/kubernetes/failfast.ts';
import type { KubeObject } from '../../../shared/kubernetes/objects.ts';
import { proofOf } from '../../../shared/kubernetes/proof.ts';
import { verdictOf } from '../../../shared/kubernetes/rollout.ts';

const REVISION = { 'deployment.kubernetes.io/revision': '2' };
const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `fra.ocir.io/ns/galley/shop@${DIGEST}`;
const START = '2026-11-24T10:00:00Z';
const EARLY = new Date('2026-11-24T10:00:05Z');
const LATE = new Date('2026-11-24T10:01:00Z');

const owned = (uid: string) => [{ apiVersion: 'apps/v1', kind: 'X', name: 'x', uid, controller: true }];
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'd', generation: 1, annotations: REVISION },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: IMAGE }] } } },
  status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 1 },
};
const replicaSet = (condition?: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-2', uid: 'r', annotations: REVISION, ownerReferences: owned('d') },
  status: { conditions: condition ? [condition] : [] },
});

interface PodGiven {
  readonly state?: object;
  readonly restarts?: number;
  readonly last?: object;
  readonly isReady?: boolean;
  readonly spec?: object;
  readonly imageID?: string;
  readonly list?: string;
}

function pod({
  state = {},
  restarts = 0,
  last,
  isReady = false,
  spec = {},
  imageID = '',
  list = 'containerStatuses',
}: PodGiven): KubeObject {
  const status = {
    name: 'web',
    image: IMAGE,
    imageID,
    restartCount: restarts,
    state,
    ...(last ? { lastState: last } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-2-x',
      namespace: 'shop',
      uid: `p${restarts}`,
      creationTimestamp: START,
      ownerReferences: owned('r'),
    },
    spec: { containers: [{ name: 'web', image: IMAGE }], ...spec },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      [list]: [status],
    },
  };
}
const waiting = (reason: string, message = ''): object => ({ waiting: { reason, message } });
const DENIED = 'denied: Anonymous users are only allowed read access on public repos';

const doomed = suite('a rollout is lost early');
for (const [what, pods, now, reason, fault, words] of [
  ['no pods yet', [], LATE, undefined, undefined, /./],
  ['starting', [pod({ state: waiting('ContainerCreating') })], LATE, undefined, undefined, /./],
  ['a pull that just failed', [pod({ state: waiting('ErrImagePull') })], EARLY, undefined, undefined, /./],
  [
    'a pull that keeps failing',
    [pod({ state: waiting('ImagePullBackOff', 'not found') })],
    LATE,
    'ImagePullBackOff',
    'user',
    /no such image/,
  ],
  [
    'no pull secret',
    [pod({ state: waiting('ErrImagePull', DENIED) })],
    LATE,
    'ErrImagePull',
    'platform',
    /there is no pull secret .* no OCIR credential provider/,
  ],
  [
    'a refused pull secret',
    [pod({ state: waiting('ErrImagePull', DENIED), spec: { imagePullSecrets: [{ name: 'ocir' }] } })],
    LATE,
    'ErrImagePull',
    'platform',
    /refuses the pull secret ocir/,
  ],
  [
    'the wrong processor',
    [pod({ state: waiting('ErrImagePull', 'no match for platform in manifest') })],
    LATE,
    'ErrImagePull',
    'user',
    /build\.platform/,
  ],
  [
    'no way to the registry',
    [pod({ state: waiting('ErrImagePull', 'dial tcp: no such host') })],
    LATE,
    'ErrImagePull',
    'platform',
    /cannot reach/,
  ],
  [
    'an image name that is none',
    [pod({ state: waiting('InvalidImageName') })],
    EARLY,
    'InvalidImageName',
    'user',
    /./,
  ],
  [
    'a missing ConfigMap',
    [pod({ state: waiting('CreateContainerConfigError', 'configmap "x" not found') })],
    LATE,
    'CreateContainerConfigError',
    'user',
    /configmap "x"/,
  ],
  [
    'a cache that syncs',
    [pod({ state: waiting('CreateContainerConfigError', 'failed to sync configmap cache') })],
    LATE,
    undefined,
    undefined,
    /./,
  ],
  [
    'a crash or two',
    [pod({ state: waiting('CrashLoopBackOff'), restarts: 2 })],
    LATE,
    undefined,
    undefined,
    /./,
  ],
  [
    'a crash loop',
    [
      pod({
        state: waiting('CrashLoopBackOff'),
        restarts: 3,
        last: { terminated: { exitCode: 3, reason: 'Error' } },
      }),
    ],
    LATE,
    'CrashLoopBackOff',
    'user',
    /exits with code 3, 3 restarts/,
  ],
  [
    'out of memory',
    [
      pod({
        state: waiting('CrashLoopBackOff'),
        restarts: 3,
        last: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
    ],
    LATE,
    'OOMKilled',
    'user',
    /more memory/,
  ],
  [
    'an init container',
    [pod({ state: waiting('CrashLoopBackOff'), restarts: 4, list: 'initContainerStatuses' })],
    LATE,
    'CrashLoopBackOff',
    'user',
    /./,
  ],
  [
    'one of two is fine',
    [pod({ state: waiting('InvalidImageName') }), pod({ isReady: true, restarts: 1 })],
    LATE,
    undefined,
    undefined,
    /./,
  ],
] as const) {
  doomed(`${what}: ${reason ?? 'not lost'}`, () => {
    const doom = doomOf(deployment, { seen: { pods, replicaSets: [replicaSet()] }, now });
    assert.is(doom?.reason, reason);
    assert.is(doom?.fault, fault);
    if (reason) assert.match(doom?.detail ?? '', words);
  });
}
for (const [message, fault, advice] of [
  ['pods "web" is forbidden: exceeded quota: small', 'platform', ''],
  [
    'pods "web" is forbidden: violates PodSecurity "restricted:latest"',
    'user',
    ': set those fields, or have the label pod-security.kubernetes.io/enforce of namespace shop lowered (docs/kubernetes.md)',
  ],
] as const) {
  doomed(`no pod can be made: ${message}`, () => {
    const condition = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message,
      lastTransitionTime: START,
    };
    const doom = doomOf(deployment, { seen: { pods: [], replicaSets: [replicaSet(condition)] }, now: LATE });
    assert.equal(doom, { reason: 'FailedCreate', detail: `Deployment web: ${message}${advice}`, fault });
  });
}
const SECRETS = { imagePullSecrets: [{ name: 'ocir' }, { name: 'other' }] };
const secretEvent = (uid: string, names: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  involvedObject: { uid },
  reason: 'FailedToRetrieveImagePullSecret',
  message: `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`,
});
for (const [what, secretEvents, words] of [
  [
    'one that is not there is named',
    [secretEvent('p0', 'ocir')],
    /: the pull secret ocir is not in namespace shop/,
  ],
  [
    'all that are not there are named',
    [secretEvent('p0', 'other, ocir')],
    /pull secret ocir, other is not in/,
  ],
  [
    'another pod is another story',
    [secretEvent('p9', 'ocir')],
    /the registry refuses the pull secret ocir, other/,
  ],
  [
    'names are compared whole',
    [secretEvent('p0', 'ocir-2')],
    /the registry refuses the pull secret ocir, other/,
  ],
] as [string, KubeObject[], RegExp][]) {
  doomed(`pull secrets: ${what}`, () => {
    const pods = [pod({ state: waiting('ErrImagePull', DENIED), spec: SECRETS })];
    const doom = doomOf(deployment, { seen: { pods, replicaSets: [replicaSet()], secretEvents }, now: LATE });
    assert.match(doom?.detail ?? '', words);
  });
}
doomed.run();

const proof = suite('proof');
const OTHER = `sha256:${'b'.repeat(64)}`;
for (const [what, given, kind, isBuilt = true] of [
  ['the digest', { imageID: `docker-pullable://${IMAGE}`, isReady: true }, 'proved'],
  ['another digest', { imageID: `x@${OTHER}`, isReady: true }, 'refuted'],
  [
    'the platform`s manifest of an index that was given',
    { imageID: `x@${OTHER}`, isReady: true },
    'proved',
    false,
  ],
  ['the runtime`s own id', { imageID: OTHER, isReady: true }, 'proved'],
  ['the runtime`s own id, bare', { imageID: 'b'.repeat(64), isReady: true }, 'proved'],
  ['not told yet', { isReady: true }, 'open'],
  [
    'an old pod that is still ready',
    { isReady: true, spec: { containers: [{ name: 'web', image: 'old' }] } },
    'open',
  ],
  ['not ready, so not counted', { imageID: 'other' }, 'proved'],
] as [string, PodGiven, string, boolean?][]) {
  proof(`${what}: ${kind}`, () => {
    const seen = { pods: [pod(given)], replicaSets: [replicaSet()] };
    assert.is(proofOf([deployment], { seen, image: IMAGE, isBuilt }).kind, kind);
  });
}
proof('an image given by tag has no digest to compare', () => {
  const spec = { containers: [{ name: 'web', image: 'nginx:1' }] };
  const tagged = { ...deployment, spec: { template: { spec } } };
  const seen = { pods: [pod({ isReady: true, spec })], replicaSets: [replicaSet()] };
  assert.equal(proofOf([tagged], { seen, image: 'nginx:1', isBuilt: false }), { kind: 'proved', pods: 1 });
});
proof.run();

const verdicts = suite('verdict');
const view = (pods: KubeObject[], missing: string[] = []) => ({
  objects: [deployment],
  missing,
  pods,
  replicaSets: [replicaSet()],
});
verdicts('before the deadline it waits and says for what', () => {
  const verdict = verdictOf(view([], ['Menu today']), {
    image: IMAGE,
    isBuilt: true,
    now: EARLY,
    deadline: LATE,
  });
  assert.is(verdict.state, 'waiting');
  assert.is(
    verdict.state === 'waiting' ? verdict.detail : '',
    'Menu today is not there; Deployment web: 1 of 2 updated replicas are available',
  );
});
verdicts('at the deadline it is lost; with a full cluster that is nobody`s manifest', () => {
  const full = pod({});
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/3 nodes are available: Insufficient cpu',
  };
  const unscheduled = { ...full, status: { conditions: [condition] } };
  const late = { image: IMAGE, isBuilt: true, now: LATE, deadline: LATE };
  const timedOut = verdictOf(view([]), late);
  assert.is(timedOut.state === 'failed' ? timedOut.reason : '', 'RolloutTimedOut');
  const verdict = verdictOf(view([unscheduled]), late);
  assert.is(verdict.state === 'failed' ? `${verdict.reason} ${verdict.fault}` : '', 'Unschedulable platform');
  assert.match(verdict.state === 'failed' ? verdict.detail : '', /Insufficient cpu/);
});
verdicts.run();
