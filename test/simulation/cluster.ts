// The cluster of the simulation: one image per app; a fence as shared/kubernetes/fence.ts has it, by sequence and by the
// version in which the parent was read; rollouts that come good, hang or fail.
import { PipelineError } from '../../shared/errors.ts';
import type { Cluster, DeployOutcome, DeployRequest } from '../../shared/pipeline/cluster.ts';
import { checkDeploy } from './invariants.ts';
import type { Gate } from './ports.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export interface ClusterContext {
  readonly world: World;
  readonly gate: Gate;
  readonly random: Random;
  readonly isHealthy: () => boolean;
  /** Turned off by a planted mistake. */
  readonly fence: boolean;
  readonly careless: boolean;
}

export function worldCluster(context: ClusterContext): Cluster {
  const careless = { stillMine: async () => true };
  return { deploy: (request) => deploy(context.careless ? { ...request, ...careless } : request, context) };
}

async function deploy(request: DeployRequest, context: ClusterContext): Promise<DeployOutcome> {
  const { world, gate, random, isHealthy } = context;
  await gate.before('cluster.approach');
  const fence: Fence = { version: world.cluster.get(request.app)?.version };
  if (!(await request.stillMine())) return { kind: 'lost' };
  const refusal = await send(request, { image: request.image, fence, context });
  if (refusal !== undefined) return refusal;
  for (let look = 0; look < 3; look += 1) {
    await gate.before('cluster.look');
    if (!(await request.stillMine())) return { kind: 'lost' };
    const fate = isHealthy() ? 0 : random.next();
    if (fate < 0.6) return { kind: 'ready', endpoint: 'http://203.0.113.1/', report: '1 configured' };
    if (fate < 0.7 || world.now >= request.deadline.getTime()) return fail(request, { fence, context });
  }
  return world.now >= request.deadline.getTime()
    ? fail(request, { fence, context })
    : { kind: 'waiting', detail: '0 of 1 ready' };
}

/** One run's. */
interface Fence {
  version: string | undefined;
}

type Refusal = Extract<DeployOutcome, { kind: 'fenced' | 'lost' }>;

/** Writes the parent first: to an older build, and to a second applier, the API server says no. */
async function send(
  request: DeployRequest,
  { image, fence, context }: { image: string; fence: Fence; context: ClusterContext },
): Promise<Refusal | undefined> {
  const { world, gate } = context;
  await gate.before('cluster.apply');
  const present = world.cluster.get(request.app);
  if (context.fence && present !== undefined) {
    if (present.build > request.build) return { kind: 'fenced', by: present.build };
    if (present.version !== fence.version)
      return present.build === request.build ? { kind: 'lost' } : { kind: 'fenced', by: present.build };
  }
  if (image === request.image) checkDeploy(world, { app: request.app, build: request.build, image });
  const version = `v${world.nextTag}`;
  world.nextTag += 1;
  world.cluster.set(request.app, { build: request.build, image, version });
  if ((await gate.after('cluster.apply')) === 'reply-lost')
    throw new PipelineError('cluster: reply lost', { retry: 'later' });
  fence.version = version;
  return undefined;
}

async function fail(
  request: DeployRequest,
  { fence, context }: { fence: Fence; context: ClusterContext },
): Promise<DeployOutcome> {
  const failed = {
    kind: 'failed',
    phase: 'rollout',
    reason: 'RolloutFailed',
    detail: 'crash loop',
    fault: 'user',
  } as const;
  await request.saveEvidence('crash loop');
  const { lastGood } = request;
  if (lastGood === undefined || request.isRollback || request.onFailure === 'keep') return failed;
  if (!(await request.stillMine())) return { kind: 'lost' };
  const refusal = await send(request, { image: lastGood.image, fence, context });
  return refusal ?? { ...failed, rolledBackTo: lastGood.build };
}
