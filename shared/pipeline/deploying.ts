// One build put to the cluster: what it is deployed with, and what is gone back to when it fails.
import type { BuildKey, In } from '../build/build.ts';
import type { Head } from '../build/seen.ts';
import type { Cluster, DeployOutcome, LastGood } from './cluster.ts';
import { type Held, holdsLease } from './lease.ts';
import type { Ports } from './ports.ts';
import type { Loop } from './tasks.ts';

export interface ApplyContext {
  readonly loop: Loop;
  /** Made when the first object is to be sent: a superseded build needs no cluster. */
  readonly cluster: () => Promise<Cluster>;
  /** Names this invocation in the lease. */
  readonly holder: string;
  /** When this invocation must be back. */
  readonly until: Date;
}

/** Who holds the app's lease. */
export function whoOf(
  build: BuildKey,
  { holder }: ApplyContext,
): { app: string; build: string; holder: string } {
  return { app: build.app, build: build.id, holder };
}

/** Deploys with the build's stored manifests; the lease is asked for before every effect. */
export async function deployBuild(
  build: In<'applying'>,
  { context, held }: { context: ApplyContext; held: Held },
): Promise<DeployOutcome> {
  const { ports } = context.loop;
  const manifests = await ports.texts.readManifests(build);
  if (manifests === undefined) {
    const detail = `manifests/${build.app}/${build.id}.yaml is not there.`;
    return { kind: 'failed', phase: 'plan', reason: 'ManifestsMissing', detail, fault: 'platform' };
  }
  const lastGood = lastGoodOf(build, { head: held.head, ports });
  const cluster = await context.cluster();
  return cluster.deploy({
    app: build.app,
    namespace: build.namespace,
    build: build.id,
    image: build.image,
    manifests,
    ...(lastGood === undefined ? {} : { lastGood }),
    deadline: new Date(build.rolloutBy),
    onFailure: build.onFailure,
    shrink: build.shrink === true,
    isRollback: build.rollbackOf !== undefined,
    until: context.until,
    stillMine: () => holdsLease(whoOf(build, context), { held, ports }),
    savePlan: (text) => ports.texts.writePlan(build, text),
    saveEvidence: (text) => ports.texts.writeEvidence(build, text),
  });
}

function lastGoodOf({ app }: BuildKey, { head, ports }: { head: Head; ports: Ports }): LastGood | undefined {
  const { build: id, image } = head;
  if (id === undefined || image === undefined) return undefined;
  return { build: id, image, manifests: () => ports.texts.readManifests({ app, id }) };
}
