// What a deploy would do, asked of the server and changing nothing.
import pMap from 'p-map';
import type { Allowed } from './admission.ts';
import { type Cluster, CONCURRENCY } from './api.ts';
import { isUnchanged, restartsPods } from './drift.ts';
import { approach, type Fence } from './fence.ts';
import type { Item } from './items.ts';
import { findObject } from './lists.ts';
import { checkNamespace, hasNamespace } from './namespace.ts';
import { keyOf } from './objects.ts';
import { planText } from './plan-text.ts';
import { guardShrinking } from './prune.ts';
import type { Action, Step } from './rehearsal.ts';
import { type DeployInput, type DeployPorts, type Run, startRun } from './run.ts';
import { type Prepared, prepare, refuseProblems, type Staged, stage } from './stage.ts';

export interface PlanInput {
  readonly app: string;
  readonly namespace: string;
  /** The build that would be deployed; compared with the one in the cluster. */
  readonly build: string;
  readonly image: string;
  readonly repository: string;
  readonly manifests: string;
  readonly shrink: boolean;
  readonly allowed?: Allowed;
}

export interface PlannedAction {
  readonly action: Action | 'prune';
  /** `Kind` or `Kind.group`. */
  readonly kind: string;
  /** Empty for what is cluster-wide. */
  readonly namespace: string;
  readonly name: string;
}

export interface Plan {
  /** List and diffs, for people. */
  readonly text: string;
  readonly actions: readonly PlannedAction[];
}

/** An hour: a plan has no deadline of its own, its requests have theirs. */
const LONG_MS = 3_600_000;

/** @throws PipelineError for everything `deploy` would refuse before it changes anything */
export async function plan(cluster: Cluster, input: PlanInput, ports: DeployPorts): Promise<Plan> {
  const run = startRun(cluster, forPlanning(input, ports), ports);
  checkNamespace(input.namespace);
  const claim = { app: input.app, namespace: input.namespace, sequence: input.build, holder: 'plan' };
  const fence = await approach(cluster, claim);
  const prepared = await prepare(run, input);
  const isEmpty = fence.isNew && !(await hasNamespace(run, claim));
  const staged = isEmpty ? allNew(prepared) : await compared(run, fence, prepared);
  if (!input.shrink) guardShrinking(staged.leaving, staged.members);
  const steps = [...staged.steps, ...staged.late.map(newStep)];
  return { text: planText(steps, staged.leaving), actions: actionsOf(steps, staged) };
}

function forPlanning(input: PlanInput, ports: DeployPorts): DeployInput {
  const end = new Date(ports.now().getTime() + LONG_MS);
  const never = async (): Promise<void> => {};
  return {
    ...input,
    deadline: end,
    until: end,
    onFailure: 'keep',
    isRollback: false,
    stillMine: async () => true,
    savePlan: never,
    saveEvidence: never,
  };
}

/** In a namespace that is not there the server can judge nothing, and everything is new. */
function allNew(prepared: Prepared): Pick<Staged, 'steps' | 'late' | 'leaving' | 'members'> {
  refuseProblems(prepared);
  return { steps: [], late: prepared.items, leaving: { pruned: [], kept: [] }, members: new Map() };
}

function newStep(item: Item): Step {
  const nothing = { warnings: [], taken: [], left: [], isMigrating: false, live: undefined } as const;
  return { item, object: item.object, isCreated: true, action: 'create', ...nothing };
}

/** Objects that exist and are no members yet are read too, for the diff. */
async function compared(run: Run, fence: Fence, prepared: Prepared): Promise<Staged> {
  const staged = await stage(run, fence, prepared);
  const steps = await pMap(
    staged.steps,
    async (step): Promise<Step> => {
      if (step.live !== undefined || step.action === 'create') return step;
      const live = await findObject(run.cluster, step.item.resource, step.item.object.metadata);
      if (live === undefined || isUnchanged(live, step.object)) return { ...step, live };
      return { ...step, live, action: restartsPods(live, step.object) ? 'restart' : 'change' };
    },
    { concurrency: CONCURRENCY },
  );
  return { ...staged, steps };
}

function actionsOf(steps: readonly Step[], { leaving }: Pick<Staged, 'leaving'>): PlannedAction[] {
  const entry = (action: PlannedAction['action'], key: string): PlannedAction => {
    const [kind = '', namespace = '', ...name] = key.split('/');
    return { action, kind, namespace, name: name.join('/') };
  };
  return [
    ...steps.map(({ action, object }) => entry(action, keyOf(object))),
    ...leaving.pruned.map(({ object }) => entry('prune', keyOf(object))),
  ];
}
