// Which build is meant: the one named (the end of an id is enough), or the app's newest.
import pMap from 'p-map';
import type { Build } from '../shared/build/build.ts';
import { isAppName } from '../shared/build/id.ts';
import { PipelineError } from '../shared/errors.ts';
import type { Desk } from '../shared/oci/desk.ts';
import { fairly } from '../shared/pipeline/sweep.ts';

/** Records read at once: OCI answers in 10–30 ms, and throttles far above this. */
const CONCURRENCY = 16;

export function checkApp(app: string): string {
  if (isAppName(app)) return app;
  const message = `"${app}" is no app name: lower-case letters, digits and inner hyphens, at most 40.`;
  throw new PipelineError(message, {
    retry: 'never',
    reason: 'BadAppName',
    hint: '--app NAME names it otherwise than its directory',
  });
}

export function noBuilds(app: string): PipelineError {
  return new PipelineError(`App ${app} has no builds.`, {
    retry: 'never',
    reason: 'NoBuilds',
    hint: '`galley status` lists the apps; `galley push` starts one',
  });
}

/** Throws when there is none, or when a short id fits several. */
export async function chooseBuild(
  desk: Desk,
  { app, id }: { app: string; id: string | undefined },
): Promise<Build> {
  const ids = await desk.ids(checkApp(app));
  if (ids.length === 0) throw noBuilds(app);
  const fitting = id === undefined ? ids.slice(-1) : ids.filter((each) => each === id || each.endsWith(id));
  const [only] = fitting;
  const build = only === undefined ? undefined : await desk.find({ app, id: only });
  if (fitting.length === 1 && build !== undefined) return build;
  throw new PipelineError(whyNot({ app, id, fitting }), {
    retry: 'never',
    reason: 'NoSuchBuild',
    hint: `galley builds ${app}`,
  });
}

function whyNot({ app, id, fitting }: { app: string; id: string | undefined; fitting: string[] }): string {
  if (fitting.length > 1) return `"${id}" fits ${fitting.length} builds of ${app}: ${fitting.join(', ')}.`;
  return `App ${app} has no build ${id}.`;
}

/** Every build of an app, newest first, at most `limit`. */
export async function buildsOf(desk: Desk, { app, limit }: { app: string; limit: number }): Promise<Build[]> {
  const ids = (await desk.ids(checkApp(app))).slice(-limit).reverse();
  const builds = await pMap(ids, (id) => desk.find({ app, id }), { concurrency: CONCURRENCY });
  return builds.filter((build) => build !== undefined);
}

/** Place among those who wait for a slot, over all apps, in the order in which they get one; undefined for others. */
export async function positionOf(desk: Desk, build: Build): Promise<number | undefined> {
  if (build.state !== 'queued') return undefined;
  const active = await pMap(await desk.records.listActive(), (key) => desk.records.findActive(key), {
    concurrency: CONCURRENCY,
  });
  const waiting = active.filter((found) => found?.build.state === 'queued');
  const place = fairly(waiting.filter((found) => found !== undefined)).findIndex(
    (found) => found.build.id === build.id && found.build.app === build.app,
  );
  return place < 0 ? undefined : place + 1;
}
