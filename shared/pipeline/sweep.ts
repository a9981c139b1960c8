// The sweep: whatever an event does, it does too. Advances every active build, frees slots, admits lost uploads.
import pMap from 'p-map';
import type { Build, BuildKey } from '../build/build.ts';
import { appOfObject, buildId, stamp } from '../build/id.ts';
import { messageOf } from '../errors.ts';
import { admit, type Door } from './admit.ts';
import { advance } from './advance.ts';
import type { Found, Ports, Upload } from './ports.ts';
import { reviewSlot } from './slot-review.ts';
import { boardOf } from './slots.ts';
import type { Loop } from './tasks.ts';

/** Calls in flight at once: OCI answers in 10–30 ms, and throttles far above this. */
const CONCURRENCY = 16;
/** An upload this young is still the event's (facts run-command §0.1: events take seconds). */
const EVENT_SECONDS = 45;
/** Records in `done/` are kept longer than this (deploy/buckets.tf), so no upload is admitted twice. */
const LOOK_BACK_DAYS = 7;

export interface SweepReport {
  readonly looked: number;
  readonly admitted: number;
  readonly errors: readonly string[];
}

/** One tick. One broken record, or app, never stops the others; `until` ends it early, the next tick goes on. */
export async function sweep(
  loop: Omit<Loop, 'board' | 'known'>,
  { door, until }: { door: Door; until: Date },
): Promise<SweepReport> {
  const { ports } = loop;
  const errors: string[] = [];
  const guarded = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    if (ports.now() >= until) return;
    await work().catch((thrown: unknown) => errors.push(`${what}: ${messageOf(thrown)}`));
  };
  const active = await ports.records.listActive();
  let admitted = 0;
  await guarded('lost uploads', async () => {
    admitted = await admitLost(active, { door, guarded });
  });
  const slots = await ports.slots.list();
  const board = boardOf(slots);
  await pMap(slots, (slot) => guarded(`slot ${slot.number}`, () => reviewSlot(slot, { ports, board })), {
    concurrency: CONCURRENCY,
  });
  const known = await knownOf(active, ports);
  await guarded('marks', () => removeMarks(known.cancels ?? new Map(), { active, ports }));
  const { found, bad } = await readAll(active, ports);
  errors.push(...bad);
  const go = (each: Found, more: { place?: number } = {}): Promise<Build | undefined> =>
    advance(each.build, { ...loop, board, known: { ...known, ...more }, loaded: each });
  const [queued, others] = partition(found);
  await pMap(others, (each) => guarded(nameOf(each), () => go(each)), { concurrency: CONCURRENCY });
  let place = 1;
  for (const each of fairly(queued)) {
    await guarded(nameOf(each), async () => {
      if ((await go(each, { place }))?.state === 'queued') place += 1;
    });
  }
  for (const error of errors) ports.log('sweep: one went wrong', { error });
  return { looked: active.length, admitted, errors };
}

function partition(found: readonly Found[]): [queued: Found[], others: Found[]] {
  const { queued = [], others = [] } = Object.groupBy(found, ({ build }) =>
    build.state === 'queued' ? 'queued' : 'others',
  );
  return [queued, others];
}

function nameOf({ build }: Found): string {
  return `${build.app}/${build.id}`;
}

async function knownOf(active: readonly BuildKey[], ports: Ports): Promise<NonNullable<Loop['known']>> {
  const cancels = new Map((await ports.cancels.list()).map(({ app, id }) => [`${app}/${id}`, '']));
  const byApp = Map.groupBy(active, ({ app }) => app);
  return { cancels, siblings: ({ app }) => byApp.get(app) ?? [] };
}

/** Marks of builds that have ended: one may come at any moment, so they are cleared here and nowhere else. */
async function removeMarks(
  marks: ReadonlyMap<string, string>,
  { active, ports }: { active: readonly BuildKey[]; ports: Ports },
): Promise<void> {
  const open = new Set(active.map(({ app, id }) => `${app}/${id}`));
  for (const mark of marks.keys()) {
    const [app = '', id = ''] = mark.split('/');
    if (!open.has(mark) && (await ports.records.findDone({ app, id })) !== undefined)
      await ports.cancels.remove({ app, id });
  }
}

async function readAll(
  active: readonly BuildKey[],
  ports: Ports,
): Promise<{ found: Found[]; bad: string[] }> {
  const bad: string[] = [];
  const read = await pMap(
    active,
    (key) =>
      ports.records.findActive(key).catch((thrown: unknown) => {
        bad.push(`${key.app}/${key.id}: ${messageOf(thrown)}`);
        return undefined;
      }),
    { concurrency: CONCURRENCY },
  );
  return { found: read.filter((each) => each !== undefined), bad };
}

/** Every app's first, then every app's second …: one app's burst does not hold up the others. */
export function fairly(found: readonly Found[]): Found[] {
  const rank = new Map<string, number>();
  const ranked = [...found]
    .sort((a, b) => a.build.id.localeCompare(b.build.id))
    .map((each) => {
      const place = rank.get(each.build.app) ?? 0;
      rank.set(each.build.app, place + 1);
      return { each, place };
    });
  return ranked.sort((a, b) => a.place - b.place).map(({ each }) => each);
}

type Guarded = (what: string, work: () => Promise<unknown>) => Promise<void>;

/** Uploads without a record: their event was lost, or its function died before the record was written. */
async function admitLost(
  active: readonly BuildKey[],
  { door, guarded }: { door: Door; guarded: Guarded },
): Promise<number> {
  const { ports } = door;
  const since = new Date(ports.now().getTime() - LOOK_BACK_DAYS * 86_400_000);
  const settledBefore = ports.now().getTime() - EVENT_SECONDS * 1000;
  const uploads = (await ports.uploads.list(since)).filter(
    ({ uploadedAt }) => Date.parse(uploadedAt) < settledBefore,
  );
  const known = new Set(active.map(({ app, id }) => `${app}/${id}`));
  const unknown = uploads
    .map((upload) => ({ upload, key: keyOf(upload, door) }))
    .filter(({ key }) => key !== undefined && !known.has(key));
  const apps = new Set(unknown.map(({ upload }) => appOfObject(upload.object) ?? ''));
  const floor = stamp(since.toISOString());
  for (const app of apps) {
    for (const id of await ports.records.listDone(app, floor)) known.add(`${app}/${id}`);
  }
  let admitted = 0;
  for (const { upload, key } of unknown.filter((each) => !known.has(each.key ?? ''))) {
    await guarded(`upload ${key}`, async () => {
      if ((await admit(upload, door)) !== undefined) admitted += 1;
    });
  }
  return admitted;
}

function keyOf(upload: Upload, { namespace, bucket }: Door): string | undefined {
  const app = appOfObject(upload.object);
  if (app === undefined) return undefined;
  return `${app}/${buildId({ namespace, bucket, object: upload.object, eTag: upload.eTag }, upload.uploadedAt)}`;
}
