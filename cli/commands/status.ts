// galley status [APP]: where everything is; galley builds APP: history.
import pMap from 'p-map';
import { type Build, isFinal } from '../../shared/build/build.ts';
import type { Desk } from '../../shared/oci/desk.ts';
import { buildsOf, checkApp, noBuilds, positionOf } from '../choose.ts';
import { sentence, toJson, took } from '../describe.ts';
import { columns, duration, paintState, type Terminal } from '../terminal.ts';

interface AppStatus {
  readonly app: string;
  readonly newest: Build | undefined;
  readonly position: number | undefined;
  /** Builds of the app that are not finished. */
  readonly active: readonly string[];
  readonly deployed: string | undefined;
  readonly endpoint: string | undefined;
}

export async function status(
  app: string | undefined,
  { desk, terminal }: { desk: Desk; terminal: Terminal },
): Promise<number> {
  const apps = app === undefined ? await desk.apps() : [checkApp(app)];
  const all = await pMap(apps, (each) => statusOf(each, desk), { concurrency: 8 });
  if (
    app !== undefined &&
    all.every(({ newest, deployed }) => newest === undefined && deployed === undefined)
  )
    throw noBuilds(app);
  if (all.length === 0) terminal.print('No builds yet. Start with: galley push');
  for (const one of all) print(one, terminal);
  terminal.json(
    all.map(({ newest, ...rest }) => ({ ...rest, newest: newest === undefined ? null : toJson(newest) })),
  );
  return 0;
}

export async function statusOf(app: string, desk: Desk): Promise<AppStatus> {
  const [newest] = await buildsOf(desk, { app, limit: 1 });
  const active = (await desk.records.listActive(app)).map(({ id }) => id);
  const head = (await desk.heads.read(app))?.head;
  const position = newest === undefined ? undefined : await positionOf(desk, newest);
  return { app, newest, position, active, deployed: head?.build, endpoint: head?.endpoint };
}

function print({ app, newest, position, active, deployed, endpoint }: AppStatus, terminal: Terminal): void {
  const now = new Date();
  const rows = [['app', app]];
  if (newest !== undefined) {
    const age = duration(now.getTime() - Date.parse(newest.since));
    const place = position === undefined ? '' : `, place ${position} in the queue`;
    rows.push(
      ['newest', `${newest.id}  ${paintState(newest.state)} for ${age}${place}`],
      ['', sentence(newest, now)],
    );
  }
  if (active.length > 1) rows.push(['on the way', active.join(', ')]);
  rows.push(['deployed', deployed === undefined ? 'nothing' : `${deployed}  ${endpoint ?? ''}`]);
  terminal.print(columns(rows));
}

export async function builds(
  app: string,
  { desk, terminal, limit }: { desk: Desk; terminal: Terminal; limit: number },
): Promise<number> {
  const all = await buildsOf(desk, { app, limit });
  if (all.length === 0) throw noBuilds(app);
  const now = new Date();
  const rows = all.map((build) => [
    build.id,
    paintState(build.state),
    `${duration(now.getTime() - Date.parse(build.uploadedAt))} ago`,
    isFinal(build) ? took(build) : '…',
    sentence(build, now).split('\n')[0]?.slice(0, 90) ?? '',
  ]);
  terminal.print(columns([['BUILD', 'STATE', 'UPLOADED', 'TOOK', ''], ...rows]));
  terminal.json(all.map(toJson));
  return 0;
}
