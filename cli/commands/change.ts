// galley cancel, retry, rollback: asked for in the buckets, done by the pipeline.
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Build, isFinal, type Origin } from '../../shared/build/build.ts';
import { APPLY_SECONDS } from '../../shared/build/decide-building.ts';
import { buildId, secondOf } from '../../shared/build/id.ts';
import { after } from '../../shared/build/retry.ts';
import { PipelineError } from '../../shared/errors.ts';
import type { Desk } from '../../shared/oci/desk.ts';
import { buildsOf, chooseBuild } from '../choose.ts';
import type { Context } from '../context.ts';
import { follow, tell } from '../follow.ts';
import type { Terminal } from '../terminal.ts';

export interface ChangeOptions {
  readonly desk: Desk;
  readonly terminal: Terminal;
  readonly context: Context;
  readonly isFollowing: boolean;
}
type Which = { app: string; id: string | undefined };

/** Exit code 0 when it is canceled; the build's own when it ended otherwise first. */
export async function cancel(which: Which, { desk, terminal }: ChangeOptions): Promise<number> {
  const build = await chooseBuild(desk, which);
  if (isFinal(build)) throw refused(`Build ${build.id} is ${build.state} already.`);
  if (build.state === 'applying') {
    throw refused(`Build ${build.id} is being applied: too late to cancel.`, `galley rollback ${build.app}`);
  }
  await desk.cancel(build, userInfo().username);
  const ended = await follow(build, { desk, terminal, log: () => undefined });
  if (ended === undefined) return 0;
  const code = tell(ended, terminal);
  return ended.state === 'canceled' ? 0 : code;
}

/** The same bytes once more: a new upload, so a new build, whatever became of the old one. */
export async function retry(which: Which, options: ChangeOptions): Promise<number> {
  const { desk, terminal, context } = options;
  const old = await chooseBuild(desk, which);
  if (!isFinal(old))
    throw refused(`Build ${old.id} is still ${old.state}; platform faults are tried again by themselves.`);
  if (old.rollbackOf !== undefined) return rollback({ app: old.app, id: old.rollbackOf }, options);
  const upload = await desk.uploads.find(old.object, old.eTag);
  if (upload === undefined)
    throw refused(`The upload of ${old.id} (${old.object}) is gone.`, 'Push the source again: galley push');
  const again = await desk.putAgain(upload);
  const { namespace, sourceBucket: bucket } = context.config;
  const id = buildId({ namespace, bucket, object: again.object, eTag: again.eTag }, again.uploadedAt);
  terminal.note(`build ${old.id} once more, as ${id}`);
  return end({ app: old.app, id }, options);
}

/** A new build that deploys an old one's image and manifests; it is the newest, so it wins. */
export async function rollback(which: Which, options: ChangeOptions): Promise<number> {
  const { desk, terminal, context } = options;
  const old = which.id === undefined ? await previous(which.app, desk) : await chooseBuild(desk, which);
  if (old.state !== 'deployed')
    throw refused(`Build ${old.id} was never deployed (${old.state}).`, `galley builds ${old.app}`);
  const now = await secondAfter(old.app, desk);
  const { app, object, eTag, namespace, policy, rolloutSeconds, onFailure } = old;
  const named = {
    namespace: context.config.namespace,
    bucket: context.config.sourceBucket,
    object: `rollback/${old.id}`,
    eTag: now.toISOString(),
  };
  const id = buildId(named, now.toISOString());
  const origin: Origin = {
    app,
    id,
    object,
    eTag,
    uploadedAt: now.toISOString(),
    namespace,
    policy,
    rolloutSeconds,
    onFailure,
    shrink: true,
    rollbackOf: old.id,
  };
  const build: Build = {
    ...origin,
    since: now.toISOString(),
    state: 'pushed',
    attempt: 0,
    image: old.image,
    applyBy: after(now, APPLY_SECONDS),
  };
  await desk.rollBack(build, old);
  terminal.note(`back to build ${old.id}, as ${id}`);
  return end({ app, id }, options);
}

/**
 * A time for the rollback's id that is later than every upload's, also when this desk's clock is behind. Ids of one
 * second are in the order of their hashes, so it gets a second of its own; what is pushed after it is later again.
 */
async function secondAfter(app: string, desk: Desk): Promise<Date> {
  const newest = (await desk.ids(app)).at(-1);
  const now = Date.now();
  const at = Math.max(now, newest === undefined ? 0 : secondOf(newest).getTime() + 1000);
  await sleep(Math.min(at - now, 1000));
  return new Date(at);
}

/** The newest deployed build before the one that is deployed now. */
async function previous(app: string, desk: Desk): Promise<Build> {
  const head = (await desk.heads.read(app))?.head;
  const all = await buildsOf(desk, { app, limit: 200 });
  const before = all.filter(
    ({ state, id, rollbackOf }) => state === 'deployed' && id !== head?.build && rollbackOf === undefined,
  );
  const current = all.find(({ id }) => id === head?.build);
  const [best] = before.filter(
    ({ id }) => id !== current?.rollbackOf && id < (current?.rollbackOf ?? head?.build ?? '~'),
  );
  if (best !== undefined) return best;
  throw refused(`App ${app} has no earlier deployed build to go back to.`, `galley builds ${app}`);
}

async function end(
  key: { app: string; id: string },
  { desk, terminal, isFollowing }: ChangeOptions,
): Promise<number> {
  if (!isFollowing) {
    terminal.print(key.id);
    terminal.json(key);
    return 0;
  }
  const build = await follow(key, { desk, terminal });
  if (build === undefined)
    throw refused(`Build ${key.id} was not admitted within three minutes.`, 'galley doctor');
  return tell(build, terminal);
}

function refused(message: string, hint?: string): PipelineError {
  return new PipelineError(message, {
    retry: 'never',
    reason: 'Refused',
    ...(hint === undefined ? {} : { hint }),
  });
}
