// Job: runs pods to their end, and again up to the backoff limit.
import { type Fields, type KubeObject, listOf, numberOf, textOf } from '../../object.ts';
import { type Api, timestamp } from '../api.ts';
import { deleteObject } from '../deleting.ts';
import { createPod, liveObjects, ownedBy, randomSuffix, targetOf, writeStatus } from './owned.ts';
import { isActive, isReady, templateOf } from './pods.ts';

export function reconcileJobs(api: Api, namespace: string): void {
  for (const job of liveObjects(api, 'Job', namespace)) {
    if (!isFinished(job)) reconcile(api, job);
  }
}

const ends = new Set(['Complete', 'Failed']);

function isFinished(job: KubeObject): boolean {
  return listOf(job.status?.conditions).some(
    (condition) => ends.has(textOf(condition.type)) && condition.status === 'True',
  );
}

function reconcile(api: Api, job: KubeObject): void {
  const pods = ownedBy(api, job, 'Pod');
  const inPhase = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length;
  const [succeeded, failed] = [inPhase('Succeeded'), inPhase('Failed')];
  const end = endOf(api, job, { succeeded, failed });
  const active = pods.filter(isActive);
  if (end) for (const pod of active) deleteObject(api, targetOf(pod), {});
  const missing =
    end || job.spec?.suspend === true
      ? 0
      : Math.min(numberOf(job.spec?.parallelism, 1), completionsOf(job) - succeeded) - active.length;
  for (let each = 0; each < missing; each += 1) {
    createPod(api, job, { name: `${job.metadata.name}-${randomSuffix()}`, template: templateOf(job) });
  }
  const ready = active.filter(isReady).length;
  const running = end ? 0 : active.length + Math.max(0, missing);
  writeStatus(api, job, statusOf(api, job, { succeeded, failed, active: running, ready, end }));
}

const completionsOf = (job: KubeObject): number => numberOf(job.spec?.completions, 1);

function endOf(
  api: Api,
  job: KubeObject,
  { succeeded, failed }: { succeeded: number; failed: number },
): Fields | undefined {
  if (succeeded >= completionsOf(job))
    return {
      type: 'Complete',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  if (failed > numberOf(job.spec?.backoffLimit, 6)) {
    return {
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const limit = job.spec?.activeDeadlineSeconds;
  const started = Date.parse(textOf(job.status?.startTime));
  if (typeof limit !== 'number' || Number.isNaN(started) || api.now().getTime() - started <= limit * 1000)
    return undefined;
  return {
    type: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Job was active longer than specified deadline',
  };
}

interface Progress {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly ready: number;
  readonly end: Fields | undefined;
}

function statusOf(api: Api, job: KubeObject, { end, ready, ...counters }: Progress): Fields {
  const time = timestamp(api.now());
  const counted = Object.fromEntries(Object.entries(counters).filter(([, value]) => value > 0));
  const condition = end && { ...end, status: 'True', lastProbeTime: time, lastTransitionTime: time };
  return {
    startTime: job.status?.startTime ?? time,
    ...counted,
    ready,
    ...(condition ? { conditions: [condition] } : {}),
    ...(end?.type === 'Complete' ? { completionTime: time } : {}),
  };
}
