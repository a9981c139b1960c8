// The cluster of the simulation: one image per app, a fence by sequence, rollouts that come good, hang or fail.
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
  if (!(await request.stillMine())) return { kind: 'lost' };
  const newer = await send(request, { image: request.image, context });
  if (newer !== undefined) return { kind: 'fenced', by: newer };
  for (let look = 0; look < 3; look += 1) {
    await gate.before('cluster.look');
    if (!(await request.stillMine())) return { kind: 'lost' };
    const fate = isHealthy() ? 0 : random.next();
    if (fate < 0.6) return { kind: 'ready', endpoint: 'http://203.0.113.1/', report: '1 configured' };
    if (fate < 0.7 || world.now >= request.deadline.getTime()) return fail(request, context);
  }
  return world.now >= request.deadline.getTime()
    ? fail(request, context)
    : { kind: 'waiting', detail: '0 of 1 ready' };
}

/** Writes the parent with its sequence first: an older one is refused by the API server. */
async function send(
  request: DeployRequest,
  { image, context }: { image: string; context: ClusterContext },
): Promise<string | undefined> {
  const { world, gate, fence } = context;
  await gate.before('cluster.apply');
  const present = world.cluster.get(request.app);
  if (fence && present !== undefined && present.build > request.build) return present.build;
  if (image === request.image) checkDeploy(world, { app: request.app, build: request.build, image });
  world.cluster.set(request.app, { build: request.build, image, readyAfter: 0 });
  if ((await gate.after('cluster.apply')) === 'reply-lost')
    throw new PipelineError('cluster: reply lost', { retry: 'later' });
  return undefined;
}

async function fail(request: DeployRequest, context: ClusterContext): Promise<DeployOutcome> {
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
  const newer = await send(request, { image: lastGood.image, context });
  return newer === undefined ? { ...failed, rolledBackTo: lastGood.build } : { kind: 'fenced', by: newer };
}
