// Back to the last good set: applied again with our own manager, so that the next deploy meets no conflict
// (facts oke-apply §3.14). Never of a rollback, and killed anywhere it is taken up by the next run.
import pMap from 'p-map';
import { PipelineError } from '../errors.ts';
import { meaningOf } from './failure.ts';
import { type Fence, FencedError } from './fence.ts';
import { PODS } from './lists.ts';
import { groupKind, textAt } from './objects.ts';
import { type DeployOutcome, failedOutcome } from './outcome.ts';
import { isOwnedBy, isReady } from './pods.ts';
import { prune } from './prune.ts';
import type { Verdict, View } from './rollout.ts';
import type { LastGood, Run } from './run.ts';
import { remove } from './server-side-apply.ts';
import { applyStaged, prepare, stage } from './stage.ts';
import { brief, type Failure, type Standing } from './standing.ts';
import { watch } from './watch.ts';

/** The old pods mostly still run; ten minutes also hold a StatefulSet that restarts pod by pod. */
const ROLLBACK_MS = 10 * 60_000;

type RollingBack = Extract<Standing, { phase: 'rolling-back' }>;

/** Ends a build that is not good: leaves it as it is, or starts the way back. */
export async function undo(run: Run, fence: Fence, failure: Failure): Promise<DeployOutcome> {
  const { onFailure, lastGood, isRollback } = run.input;
  if (onFailure === 'keep' || lastGood === undefined || isRollback)
    return close(fence, { failure: withRest(run, failure), rollback: 'none' });
  const until = new Date(run.ports.now().getTime() + ROLLBACK_MS).toISOString();
  const standing: RollingBack = { phase: 'rolling-back', to: lastGood.build, until, failure: brief(failure) };
  await fence.write(fence.extent(), standing);
  return rollBack(run, fence, standing);
}

/** Goes on with a rollback, from wherever it stands. */
export async function rollBack(run: Run, fence: Fence, standing: RollingBack): Promise<DeployOutcome> {
  const { failure, to } = standing;
  if (run.input.lastGood?.build !== to) return close(fence, { failure, rollback: 'failed' });
  try {
    const verdict = await restore(run, fence, { standing, lastGood: run.input.lastGood });
    if (verdict.state !== 'ready') {
      return close(fence, { failure: alsoFailed(failure, verdict.detail), rollback: 'failed' });
    }
    return close(fence, { failure, rollback: 'done', rolledBackTo: to });
  } catch (error) {
    if (error instanceof FencedError) throw error;
    const isLate = run.ports.now() >= new Date(standing.until);
    const meaning = meaningOf(error, { phase: 'rollout', isLate });
    if (meaning.kind === 'waiting' && !isLate)
      return { kind: 'waiting', detail: `rolling back to ${to}: ${meaning.detail}` };
    if (meaning.kind === 'lost') return meaning;
    const why = meaning.kind === 'failed' ? meaning.failure.detail : meaning.detail;
    return close(fence, { failure: alsoFailed(failure, why), rollback: 'failed' });
  }
}

/** A set that was refused halfway, past its dry run, and is not taken back: what of it is in the cluster now. */
function withRest({ applied }: Run, failure: Failure): Failure {
  if (failure.phase !== 'apply' || applied.length === 0) return failure;
  return { ...failure, detail: `${failure.detail}\nApplied before that, and left: ${applied.join(', ')}` };
}

function alsoFailed(failure: Failure, why: string): Failure {
  return { ...failure, detail: `${failure.detail}\nRolling back failed too: ${why}` };
}

async function restore(
  run: Run,
  fence: Fence,
  { standing, lastGood }: { standing: RollingBack; lastGood: LastGood },
): Promise<Verdict> {
  const manifests = await lastGood.manifests();
  if (manifests === undefined) {
    const detail = `the manifests of ${lastGood.build} are no longer kept`;
    throw new PipelineError(detail, { retry: 'never', reason: 'ManifestsMissing' });
  }
  const prepared = await prepare(run, { manifests, image: lastGood.image });
  const staged = await stage(run, fence, prepared);
  await run.guard();
  await fence.write(staged.extent, standing);
  await applyStaged(run, fence, staged);
  const { verdict } = await watch(run, {
    items: staged.items,
    part: fence.part,
    image: lastGood.image,
    deadline: new Date(standing.until),
    onView: (view) => unstick(run, view),
  });
  if (verdict.state !== 'ready') return verdict;
  // What only the failed build had: everything older was pruned when the last good one became good.
  await fence.write(staged.extent, standing);
  await prune(run, staged.leaving);
  await fence.write(staged.final, standing);
  return verdict;
}

/**
 * A StatefulSet never replaces a pod that is not ready, even when its template is good again
 * (kubernetes#67250: "you must also delete any Pods that were attempted with the bad configuration").
 */
async function unstick(run: Run, view: View): Promise<void> {
  const stuck = view.objects
    .filter((object) => groupKind(object) === 'StatefulSet.apps')
    .flatMap((set) => {
      const good = textAt(set, 'status', 'updateRevision');
      return view.pods.filter((pod) => {
        const isOld = pod.metadata.labels?.['controller-revision-hash'] !== good;
        return isOld && isOwnedBy(pod, set) && !isReady(pod) && pod.metadata.deletionTimestamp === undefined;
      });
    });
  await pMap(stuck, async (pod) => {
    await run.guard();
    await remove(run.cluster, { resource: PODS }, pod);
  });
}

async function close(
  fence: Fence,
  ended: { failure: Failure; rollback: 'none' | 'done' | 'failed'; rolledBackTo?: string },
): Promise<DeployOutcome> {
  const standing = { phase: 'failed', ...ended, failure: brief(ended.failure) } as const;
  await fence.write(fence.extent(), standing);
  return failedOutcome(standing);
}
