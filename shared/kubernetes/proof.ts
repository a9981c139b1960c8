// Proof that what runs is what was built: the imageID of every ready pod carries the pushed digest.
import { parseImage } from './images.ts';
import { type KubeObject, listAt, textAt, titleOf } from './objects.ts';
import { imagesOf } from './pod-specs.ts';
import { allPods, containersOf, isReady, type Seen } from './pods.ts';

export type Proof =
  | { readonly kind: 'proved'; readonly pods: number }
  | { readonly kind: 'open'; readonly detail: string }
  | { readonly kind: 'refuted'; readonly detail: string };

export interface Wanted {
  /** The reference that was pinned. */
  readonly image: string;
  /** Built and pushed by the pipeline: one manifest with one digest. An image that was given may be an index. */
  readonly isBuilt: boolean;
}

/**
 * Looks at the containers that were pinned. An image given by tag carries no digest to compare and counts as proved
 * when the pods name it.
 */
export function proofOf(
  workloads: readonly KubeObject[],
  { seen, ...wanted }: Wanted & { seen: Seen },
): Proof {
  const { image } = wanted;
  let pods = 0;
  for (const workload of workloads.filter((one) => imagesOf(one).some((field) => field.image === image))) {
    for (const pod of allPods(workload, seen).filter(isCounted)) {
      const verdict = podProof(pod, wanted);
      if (verdict) return verdict;
      pods += 1;
    }
  }
  return { kind: 'proved', pods };
}

function isCounted(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && isReady(pod);
}

function podProof(pod: KubeObject, wanted: Wanted): Proof | undefined {
  const { digest } = parseImage(wanted.image);
  const states = new Map(containersOf(pod).map((state) => [state.name, state]));
  const containers = ['initContainers', 'containers'].flatMap((list) => listAt(pod, 'spec', list));
  const ours = containers.filter((container) => textAt(container, 'image') === wanted.image);
  if (ours.length === 0)
    return { kind: 'open', detail: `${titleOf(pod)} is ready and still runs another image` };
  if (digest === undefined) return undefined;
  for (const container of ours) {
    const name = textAt(container, 'name') ?? '';
    const imageId = states.get(name)?.imageId ?? '';
    if (imageId === '')
      return { kind: 'open', detail: `${titleOf(pod)} does not say yet which image it runs` };
    if (isAnother(imageId, { digest, isBuilt: wanted.isBuilt })) {
      const detail = `${titleOf(pod)}, container ${name}: runs ${imageId} instead of ${digest}`;
      return { kind: 'refuted', detail };
    }
  }
  return undefined;
}

/**
 * Does an imageID speak against a digest? Kubernetes leaves its content to the runtime (kubernetes#115199). containerd
 * tells the digest that was pulled. CRI-O, the runtime of OKE's nodes, tells any digest of the image that its
 * repository knows, that of an index or of the platform's manifest (cri-o#6924), and in some versions and after a
 * restart its own id, which is no digest of a repository (cri-o#7149, cri-o#9986): the pod names its image by digest
 * all the same, and runtimes check what they pull.
 */
function isAnother(imageId: string, { digest, isBuilt }: { digest: string; isBuilt: boolean }): boolean {
  const told = /@(sha256:[0-9a-f]{64})$/.exec(imageId)?.[1];
  return isBuilt && told !== undefined && told !== digest;
}
