// Why a node could not pull an image, and who has to do what about it (facts oke-apply §6.4).
import { at, type KubeObject, listAt, textAt } from './objects.ts';

export interface PullTrouble {
  readonly advice: string;
  readonly fault: 'user' | 'platform';
}

const PULLING =
  /^(ErrImagePull|ImagePullBackOff|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/;

/** Is that what a container waits for? Takes `state.waiting.reason`. */
export function isPulling(waiting: string): boolean {
  return PULLING.test(waiting);
}

/** `reason` of the kubelet's event when a pod names a pull secret that its namespace does not have. */
export const NO_SECRET = 'FailedToRetrieveImagePullSecret';

const DENIED = /denied|unauthori[sz]ed|anonymous|authentication required|no basic auth|\b40[13]\b/i;
const ABSENT = /not found|manifest unknown|name unknown|\b404\b/i;
const UNREACHABLE =
  /no such host|i\/o timeout|connection refused|x509|certificate|deadline exceeded|network/i;
const PLATFORM = /no match(ing)? (for platform|manifest)|does not match the specified platform/i;

/** Reads the kubelet's message. `events` with reason `NO_SECRET` say that a pull secret is not there. */
export function pullTrouble(
  pod: KubeObject,
  { message, events = [] }: { message: string; events?: readonly KubeObject[] | undefined },
): PullTrouble {
  if (PLATFORM.test(message)) {
    const advice =
      'the image is for another processor than the nodes have: set build.platform in galley.yaml';
    return { advice, fault: 'user' };
  }
  if (DENIED.test(message)) return { advice: deniedAdvice(pod, events), fault: 'platform' };
  if (ABSENT.test(message)) return { advice: 'the registry has no such image', fault: 'user' };
  if (UNREACHABLE.test(message)) {
    return {
      advice: 'the nodes cannot reach the registry: check the route and the security list',
      fault: 'platform',
    };
  }
  return { advice: '', fault: 'platform' };
}

function deniedAdvice(pod: KubeObject, events: readonly KubeObject[]): string {
  const namespace = pod.metadata.namespace ?? '';
  const secrets = listAt(pod, 'spec', 'imagePullSecrets').map((secret) => textAt(secret, 'name') ?? '');
  if (secrets.length === 0) {
    return (
      `no credential for the registry: there is no pull secret (imagePullSecrets of the pod, or of ServiceAccount ` +
      `${textAt(pod, 'spec', 'serviceAccountName') ?? 'default'} in namespace ${namespace}), and the nodes have no ` +
      'OCIR credential provider with `read repos`; one of the two is needed (docs/kubernetes.md)'
    );
  }
  const words = events
    .filter((event) => at(event, 'involvedObject', 'uid') === pod.metadata.uid)
    .map((event) => textAt(event, 'message') ?? '')
    .join();
  const missing = secrets.filter((secret) => words.split(/[(),;\s]+/).includes(secret));
  if (missing.length > 0) {
    return `the pull secret ${missing.join(', ')} is not in namespace ${namespace}: create it there (docs/kubernetes.md)`;
  }
  return `the registry refuses the pull secret ${secrets.join(', ')}: is its auth token still valid, and may its user read the repository?`;
}
