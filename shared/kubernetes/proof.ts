// Proof that what runs is what was built: the imageID of every ready pod carries the pushed digest.
import { parseImage } from './images.ts';
import { type KubeObject, listAt, textAt, titleOf } from './objects.ts';
import { imagesOf } from './pod-specs.ts';
import { allPods, containersOf, isReady, type Seen } from './pods.ts';

export type Proof =
  | { readonly kind: 'proved'; readonly pods: number }
  | { readonly kind: 'open'; readonly detail: string }
  | { readonly kind: 'refuted'; readonly detail: string };

/**
 * Looks at the containers that were pinned. An image given by tag carries no digest to compare and counts as proved
 * when the pods name it.
 */
export function proofOf(
  workloads: readonly KubeObject[],
  { seen, image }: { seen: Seen; image: string },
): Proof {
  const { digest } = parseImage(image);
  let pods = 0;
  for (const workload of workloads.filter((one) => imagesOf(one).some((field) => field.image === image))) {
    for (const pod of allPods(workload, seen).filter(isCounted)) {
      const verdict = podProof(pod, { image, digest });
      if (verdict) return verdict;
      pods += 1;
    }
  }
  return { kind: 'proved', pods };
}

function isCounted(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && isReady(pod);
}

function podProof(pod: KubeObject, wanted: { image: string; digest: string | undefined }): Proof | undefined {
  const states = new Map(containersOf(pod).map((state) => [state.name, state]));
  const containers = ['initContainers', 'containers'].flatMap((list) => listAt(pod, 'spec', list));
  const ours = containers.filter((container) => textAt(container, 'image') === wanted.image);
  if (ours.length === 0)
    return { kind: 'open', detail: `${titleOf(pod)} is ready and still runs another image` };
  if (wanted.digest === undefined) return undefined;
  for (const container of ours) {
    const name = textAt(container, 'name') ?? '';
    const imageId = states.get(name)?.imageId ?? '';
    if (imageId === '')
      return { kind: 'open', detail: `${titleOf(pod)} does not say yet which image it runs` };
    if (!imageId.endsWith(wanted.digest)) {
      const detail = `${titleOf(pod)}, container ${name}: runs ${imageId} instead of ${wanted.digest}`;
      return { kind: 'refuted', detail };
    }
  }
  return undefined;
}
