// What must be true when everything that was killed has had its time: one record each, the newest stands, nothing is held.
import { setTimeout as sleep } from 'node:timers/promises';
import { givenCluster } from '../../local/cluster/given.ts';
import type { KubeObject } from '../../local/cluster/object.ts';
import type { Build, BuildKey } from '../../shared/build/build.ts';
import type { Desk } from '../../shared/oci/desk.ts';

export interface Uploaded {
  readonly key: BuildKey;
  /** What the app of this upload answers. */
  readonly text: string;
}

export interface Place {
  readonly desk: Desk;
  readonly kubeconfig: string;
}

/** A second each; a lease that was just taken lapses after 60 s. */
const LOOKS = 120;

/** @param builds every upload's final record @returns what is wrong, each a sentence */
export async function judged(
  uploads: readonly Uploaded[],
  { builds, ...place }: Place & { builds: readonly Build[] },
): Promise<string[]> {
  const blamed = builds.filter((build) => build.state === 'failed' && build.fault === 'user');
  const problems = blamed.map((build) => `the user is blamed: ${JSON.stringify(build)}`);
  for (const [app, mine] of Map.groupBy(uploads, ({ key }) => key.app)) {
    problems.push(...(await appProblems(mine, { app, builds, ...place })));
  }
  const apps = [...new Set(uploads.map(({ key }) => key.app))];
  return [...problems, ...(await stillHeld(apps, place.desk))];
}

async function appProblems(
  uploads: readonly Uploaded[],
  { app, builds, desk, kubeconfig }: Place & { app: string; builds: readonly Build[] },
): Promise<string[]> {
  const problems: string[] = [];
  const newest = uploads.toSorted((a, b) => (a.key.id < b.key.id ? -1 : 1)).at(-1);
  const ids = await desk.ids(app);
  if (ids.length !== uploads.length)
    problems.push(`${app}: ${uploads.length} uploads, records ${ids.join(' ')}`);
  const build = builds.find(({ id }) => id === newest?.key.id);
  const head = (await desk.heads.read(app))?.head;
  if (head?.build !== newest?.key.id)
    problems.push(`${app}: the head is ${head?.build}, the newest ${newest?.key.id}`);
  if (build?.state !== 'deployed') return [...problems, `${app}: the newest is ${JSON.stringify(build)}`];
  if ((await answer(build.endpoint)) !== newest?.text)
    problems.push(`${app}: ${build.endpoint} does not answer "${newest?.text}"`);
  const images = await imagesOf(app, kubeconfig);
  if (images.some((image) => image !== build.image) || images.length === 0)
    problems.push(`${app}: the cluster has ${images.join(' ')}, the newest is ${build.image}`);
  return problems;
}

/** Slots are given back when the sweep has seen the commands end: a tick or two later. */
async function stillHeld(apps: readonly string[], desk: Desk): Promise<string[]> {
  let held: string[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const [slots, active, heads] = await Promise.all([
      desk.slots.list(),
      desk.records.listActive(),
      Promise.all(apps.map((app) => desk.heads.read(app))),
    ]);
    // One whose holder was killed lapses by itself; the next build of the app writes over it.
    const leases = heads
      .flatMap((found) => found?.head.lease ?? [])
      .filter(({ until }) => Date.parse(until) > Date.now());
    held = [
      ...slots.map(({ instance, number }) => `a slot is left: ${instance}/${number}`),
      ...active.map(({ app, id }) => `an active record is left: ${app}/${id}`),
      ...leases.map((lease) => `a lease is left: ${JSON.stringify(lease)}`),
    ];
    if (held.length === 0) return [];
    await sleep(1000);
  }
  return held;
}

async function imagesOf(app: string, kubeconfig: string): Promise<string[]> {
  const { admin } = await givenCluster(kubeconfig);
  try {
    const { body } = await admin.get(`/apis/apps/v1/namespaces/${app}/deployments`);
    return ((body.items ?? []) as KubeObject[]).flatMap(({ spec }) => {
      const { template } = spec as { template: { spec: { containers: { image: string }[] } } };
      return template.spec.containers.map(({ image }) => image);
    });
  } finally {
    admin.close();
  }
}

async function answer(endpoint: string): Promise<string> {
  for (let look = 0; look < LOOKS; look += 1) {
    const text = await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).then(
      (reply) => reply.text(),
      () => undefined,
    );
    if (text !== undefined) return text.trim();
    await sleep(1000);
  }
  return '';
}
