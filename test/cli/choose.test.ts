// Which build is meant, and its place in the queue.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildsOf, chooseBuild, positionOf } from '../../cli/choose.ts';
import type { Build, BuildKey } from '../../shared/build/build.ts';
import type { Desk } from '../../shared/oci/desk.ts';
import { building, ID, NEWER, OLDER, queued } from '../helpers/builds.ts';

const test = suite('which build is meant');

/** A desk with these records, all of them unfinished. */
function deskOf(...builds: readonly Build[]): Desk {
  const find = async ({ app, id }: BuildKey): Promise<Build | undefined> =>
    builds.find((build) => build.app === app && build.id === id);
  const records = {
    listActive: async () => builds.map(({ app, id }) => ({ app, id })),
    findActive: async (key: BuildKey) => {
      const build = await find(key);
      return build === undefined ? undefined : { build, eTag: 'e' };
    },
  };
  const ids = async (app: string): Promise<string[]> =>
    builds
      .filter((build) => build.app === app)
      .map(({ id }) => id)
      .sort();
  return { ids, find, records } as unknown as Desk;
}

const desk = deskOf(queued({ id: OLDER }), queued(), queued({ id: NEWER }));

for (const [id, chosen] of [
  [undefined, NEWER],
  [ID, ID],
  ['1a2b3c4d', ID],
] as const) {
  test(`${id ?? 'none named'} is ${chosen}`, async () => {
    assert.is((await chooseBuild(desk, { app: 'shop', id })).id, chosen);
  });
}

for (const [app, id, said] of [
  ['shop', 'zzz', /App shop has no build zzz/],
  ['shop', '', /"" fits 3 builds of shop/],
  ['none', undefined, /App none has no builds/],
  ['none', ID, /App none has no builds/],
  ['No!', undefined, /"No!" is no app name/],
] as const) {
  test(`${app} ${id}: ${said.source}`, async () => {
    const thrown = await chooseBuild(desk, { app, id }).catch((error: Error) => error);
    assert.match(String(thrown), said);
  });
}

test('builds come newest first, and no more than asked for', async () => {
  const all = await buildsOf(desk, { app: 'shop', limit: 2 });
  assert.equal(
    all.map(({ id }) => id),
    [NEWER, ID],
  );
});

test('those who build have no place in the queue; every app’s first comes before any app’s second', async () => {
  const last = queued({ app: 'blue', id: NEWER });
  const all = deskOf(building({ id: OLDER }), queued(), queued({ id: NEWER }), last);
  assert.is(await positionOf(all, building({ id: OLDER })), undefined);
  assert.is(await positionOf(all, queued()), 1);
  assert.is(await positionOf(all, last), 2);
  assert.is(await positionOf(all, queued({ id: NEWER })), 3);
});

test.run();
