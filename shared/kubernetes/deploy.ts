// From a set of manifests and a digest to every workload ready on that digest, or back to the last good set. Each
// step may be the last one of this invocation: the next begins at the top and finds done what is done.

import { setImmediate as yieldToRequests } from 'node:timers/promises';
import type { Cluster } from './api.ts';
import { evidenceOf } from './evidence.ts';
import { meaningOf } from './failure.ts';
import { approach, type Fence, FencedError } from './fence.ts';
import { checkNamespace, hasNamespace, makeNamespace } from './namespace.ts';
import { type DeployOutcome, failedOutcome } from './outcome.ts';
import { planText } from './plan-text.ts';
import { guardShrinking } from './prune.ts';
import { reportOf } from './report.ts';
import { rollBack, undo } from './rollback.ts';
import type { Verdict, View } from './rollout.ts';
import { type DeployInput, type DeployPorts, type Run, startRun } from './run.ts';
import { settle } from './settle.ts';
import { applyStaged, type Prepared, prepare, refuseProblems, type Staged, stage } from './stage.ts';
import type { Failure } from './standing.ts';
import { watch } from './watch.ts';

/**
 * Deploys one build, as far as it comes until `input.until`.
 * Never throws for what the user or the cluster did wrong; those are outcomes.
 */
export async function deploy(
  cluster: Cluster,
  input: DeployInput,
  ports: DeployPorts,
): Promise<DeployOutcome> {
  const run = startRun(cluster, input, ports);
  try {
    checkNamespace(input.namespace);
    const asking = approach(cluster, claimOf(run));
    const prepared = meanwhile(() => prepare(run, input));
    const fence = await asking;
    const { standing } = fence;
    if (standing?.phase === 'failed') return failedOutcome(standing);
    if (standing?.phase === 'rolling-back') return await rollBack(run, fence, standing);
    return await forward(run, fence, prepared);
  } catch (error) {
    return outcomeOf(error, { run, phase: 'plan' });
  }
}

/** Work that is worth starting while an answer is on its way. Whoever awaits it hears how it went. */
function meanwhile<T>(work: () => Promise<T>): Promise<T> {
  const done = yieldToRequests().then(work);
  done.catch(() => undefined);
  return done;
}

function claimOf({ input, ports }: Run) {
  const holder = `${input.build} ${ports.now().toISOString()} ${Math.random().toString(36).slice(2, 10)}`;
  return { app: input.app, namespace: input.namespace, sequence: input.build, holder };
}

function outcomeOf(error: unknown, { run, phase }: { run: Run; phase: Failure['phase'] }): DeployOutcome {
  if (error instanceof FencedError) {
    return error.by === run.input.build ? { kind: 'lost' } : { kind: 'fenced', by: error.by };
  }
  const meaning = meaningOf(error, { phase, isLate: run.ports.now() >= run.input.deadline });
  return meaning.kind === 'failed' ? { kind: 'failed', ...meaning.failure, rollback: 'none' } : meaning;
}

async function forward(run: Run, fence: Fence, prepared: Promise<Prepared>): Promise<DeployOutcome> {
  let phase: Failure['phase'] = fence.standing === undefined ? 'plan' : 'apply';
  try {
    const staged = await planned(run, fence, await prepared);
    phase = 'apply';
    const report = reportOn(fence, staged);
    await run.guard();
    await fence.write(staged.extent, { phase: 'applying', report });
    await Promise.all([applyStaged(run, fence, staged), keepPlan(run, fence, staged)]);
    phase = 'rollout';
    const { deadline, image } = run.input;
    const { verdict, view } = await watch(run, { items: staged.items, part: fence.part, image, deadline });
    if (verdict.state === 'failed') return await lost(run, fence, { verdict, view });
    return await settle(run, fence, { staged, report });
  } catch (error) {
    const outcome = outcomeOf(error, { run, phase });
    if (outcome.kind !== 'failed' || phase === 'plan') return outcome;
    const { kind: _, rollback: __, rolledBackTo: ___, ...failure } = outcome;
    return undo(run, fence, failure);
  }
}

/** Dry-runs everything, in a namespace made for it if need be. */
async function planned(run: Run, fence: Fence, prepared: Prepared): Promise<Staged> {
  const { input } = run;
  if (fence.isNew && !(await hasNamespace(run, claimOf(run)))) {
    refuseProblems(prepared);
    await run.guard();
    await makeNamespace(run, input.namespace);
  }
  const staged = await stage(run, fence, prepared);
  if (!input.shrink && !input.isRollback) guardShrinking(staged.leaving, staged.members);
  return staged;
}

/** The plan of the first run is the one worth keeping. Written while the server is busy with the objects. */
async function keepPlan({ input }: Run, { standing }: Fence, { steps, leaving }: Staged): Promise<void> {
  if (standing !== undefined) return;
  await yieldToRequests();
  await input.savePlan(planText(steps, leaving));
}

function reportOn({ standing }: Fence, { steps, leaving, late }: Staged): string {
  const isKnown = standing?.phase === 'applying' || standing?.phase === 'ready';
  return isKnown ? standing.report : reportOf(steps, { ...leaving, late: late.length });
}

/** Evidence first: a rollback takes the pods away, and with them all that they could tell. */
async function lost(
  run: Run,
  fence: Fence,
  { verdict, view }: { verdict: Extract<Verdict, { state: 'failed' }>; view: View },
): Promise<DeployOutcome> {
  const { reason, detail, fault, culprits } = verdict;
  const evidence = await evidenceOf(run, { culprits, view });
  await run.guard();
  await run.input.saveEvidence(`${reason}: ${detail}\n\n${evidence}`.trimEnd());
  return undo(run, fence, { phase: 'rollout', reason, detail, fault });
}
