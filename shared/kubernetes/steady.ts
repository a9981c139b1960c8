// A container without a readiness probe is ready as soon as it runs, so one that ends at once is ready for a moment.
// What says "ready" in that moment would call a crash a good rollout; so it is looked at once more.
import { groupKind, type KubeObject, listAt, textAt } from './objects.ts';
import { containersOf, isReady, newestPods } from './pods.ts';
import type { View } from './rollout.ts';

/** The kubelet sees within a second that a container ended, and says so within another. */
export const STEADY_MS = 2000;
/** What has run for so long did not end at once, whatever the clocks of the nodes say. */
const PROVEN_MS = 60_000;
const KINDS = ['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps'];

/** Names the young pods that nothing vouches for, and their starts: the same text in a second look means steady. */
export function unproven(view: View, now: Date): string {
  return view.objects
    .filter((object) => KINDS.includes(groupKind(object)))
    .flatMap((workload) => newestPods(workload, view))
    .filter((pod) => !hasProbes(pod) && !isProven(pod, now))
    .map((pod) => `${pod.metadata.uid} ${isReady(pod)} ${startsOf(pod)}`)
    .sort()
    .join('\n');
}

function hasProbes(pod: KubeObject): boolean {
  return listAt(pod, 'spec', 'containers').every((container) => 'readinessProbe' in Object(container));
}

function isProven(pod: KubeObject, now: Date): boolean {
  const ready = listAt(pod, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
  const since = Date.parse(textAt(ready, 'lastTransitionTime') ?? '');
  return isReady(pod) && now.getTime() - since > PROVEN_MS;
}

function startsOf(pod: KubeObject): string {
  return containersOf(pod)
    .map(({ restarts }) => restarts)
    .join();
}
