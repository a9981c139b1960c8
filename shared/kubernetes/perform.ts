// Sending what was rehearsed, for good, in waves.
import pMap from 'p-map';
import { PipelineError } from '../errors.ts';
import { CONCURRENCY } from './api.ts';
import { ApiError, isSchemaError, isStatus } from './api-error.ts';
import { healthOf } from './health.ts';
import type { Item } from './items.ts';
import { findObject } from './lists.ts';
import { groupKind, type KubeObject, titleOf } from './objects.ts';
import { inWaves } from './order.ts';
import type { Step } from './rehearsal.ts';
import { outOfTime, type Run } from './run.ts';
import { migrate, remove, type Sending, send } from './server-side-apply.ts';

/** A CRD is established in milliseconds, yet its resources may be refused a moment longer (facts oke-apply §3.3). */
const SETTLE_MS = 30_000;
const POLL_MS = 200;

/** Applies every step that changes something. Killed anywhere, the next run finds the rest by its own rehearsal. */
export async function perform(run: Run, steps: readonly Step[], part: string): Promise<void> {
  const pending = steps.filter(({ action }) => action !== 'unchanged');
  const waves = inWaves(pending.map((step) => ({ step, object: step.item.object })));
  for (const wave of waves) {
    await pMap(wave, ({ step }) => performOne(run, step, part), { concurrency: CONCURRENCY });
    await established(
      run,
      wave.map(({ step }) => step.item),
    );
  }
}

async function performOne(run: Run, step: Step, part: string): Promise<void> {
  await run.guard();
  if (step.action === 'recreate') await makeRoom(run, step);
  if (step.isMigrating) await migrate(run.cluster, step.item);
  const isForced = step.isMigrating || step.taken.length > 0;
  await sendSettled(run, step.item, { part, isDryRun: false, isForced });
}

async function sendSettled(run: Run, item: Item, sending: Sending): Promise<void> {
  const giveUp = run.ports.now().getTime() + SETTLE_MS;
  for (;;) {
    try {
      await send(run.cluster, item, sending);
      run.applied.push(titleOf(item.object));
      return;
    } catch (error) {
      const isUnsettled = isStatus(error, 404) || (error instanceof ApiError && isSchemaError(error));
      const isComing = item.isNew && isUnsettled && run.ports.now().getTime() < giveUp;
      if (!isComing) throw error;
      await run.ports.sleep(POLL_MS);
    }
  }
}

/** Deletes the object that is in the way, and waits until it is gone. */
async function makeRoom(run: Run, { item, live }: Step): Promise<void> {
  if (live) await remove(run.cluster, item, live);
  for (;;) {
    const { name, namespace } = item.object.metadata;
    const found = await findObject(run.cluster, item.resource, { namespace, name });
    if (!found || found.metadata.uid !== live?.metadata.uid) return;
    if (run.ports.now() >= run.input.until) throw outOfTime(`${titleOf(item.object)} is being deleted`);
    await run.ports.sleep(POLL_MS);
  }
}

/** Waits until CRDs of a wave serve their resources. */
async function established(run: Run, items: readonly Item[]): Promise<void> {
  const crds = items.filter(
    ({ object }) => groupKind(object) === 'CustomResourceDefinition.apiextensions.k8s.io',
  );
  for (const item of crds) {
    const health = await settled(run, item);
    if (health.state === 'failed') {
      throw new PipelineError(health.detail, { retry: 'never', reason: health.reason ?? 'NotEstablished' });
    }
  }
}

async function settled(run: Run, item: Item): Promise<ReturnType<typeof healthOf>> {
  for (;;) {
    const found: KubeObject | undefined = await findObject(run.cluster, item.resource, item.object.metadata);
    const health = found ? healthOf(found) : undefined;
    if (health && health.state !== 'progressing') return health;
    if (run.ports.now() >= run.input.until) throw outOfTime(`${titleOf(item.object)} is not established yet`);
    await run.ports.sleep(POLL_MS);
  }
}
