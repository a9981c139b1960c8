// Which build is meant: the one named (the end of an id is enough), or the app's newest.
import { type Build, isFinal } from '../shared/build/build.ts';
import { isAppName } from '../shared/build/id.ts';
import { PipelineError } from '../shared/errors.ts';
import type { Desk } from '../shared/oci/desk.ts';

export function checkApp(app: string): string {
  if (isAppName(app)) return app;
  const message = `"${app}" is no app name: lower-case letters, digits and inner hyphens, at most 40.`;
  throw new PipelineError(message, { retry: 'never', reason: 'BadAppName' });
}

/** Throws when there is none, or when a short id fits several. */
export async function chooseBuild(
  desk: Desk,
  { app, id }: { app: string; id: string | undefined },
): Promise<Build> {
  const ids = await desk.ids(checkApp(app));
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
  if (id === undefined) return `App ${app} has no builds.`;
  if (fitting.length > 1) return `"${id}" fits ${fitting.length} builds of ${app}: ${fitting.join(', ')}.`;
  return `App ${app} has no build ${id}.`;
}

/** Every build of an app, newest first, at most `limit`. */
export async function buildsOf(desk: Desk, { app, limit }: { app: string; limit: number }): Promise<Build[]> {
  const ids = (await desk.ids(checkApp(app))).slice(-limit).reverse();
  const builds = await Promise.all(ids.map((id) => desk.find({ app, id })));
  return builds.filter((build) => build !== undefined);
}

/** Place in the queue of those who wait for a slot, over all apps; undefined for others. */
export async function positionOf(desk: Desk, build: Build): Promise<number | undefined> {
  if (build.state !== 'queued' || isFinal(build)) return undefined;
  const waiting = await desk.records.listActive();
  const ids = waiting.map(({ id }) => id).sort();
  return ids.indexOf(build.id) + 1;
}
