import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build } from '../../../shared/build/build.ts';
import { ociRecords } from '../../../shared/oci/records.ts';
import { building, ID, NEWER, OLDER, queued } from '../../helpers/builds.ts';
import { startTestOci, type TestOci } from '../../helpers/oci.ts';

const test = suite<{ oci: TestOci }>('records over OCI');
test.before(async (context) => {
  context.oci = await startTestOci();
});
test.after(({ oci }) => oci.stop());

let last = 0;
/** A build of an app of its own, so that tests do not meet. */
function fresh<B extends Build>(build: B): B {
  last += 1;
  return { ...build, app: `app-${last}` };
}

test('what is created is found, with the ETag that swaps it', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(queued({ reason: 'wartet; 100 % „frei“ 🚢' }));
  const eTag = await records.create(build);
  assert.equal(await records.findActive(build), { build, eTag });
  assert.is(await records.findDone(build), undefined);
});

test('a second creation loses', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(queued());
  assert.type(await records.create(build), 'string');
  assert.is(await records.create(build), undefined);
});

test('of sixteen creations at once one wins', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(queued());
  const won = await Promise.all(Array.from({ length: 16 }, () => records.create(build)));
  assert.is(won.filter((eTag) => eTag !== undefined).length, 1);
});

test('a swap with a stale ETag loses and changes nothing', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(building());
  const first = (await records.create(build)) ?? '';
  const second = await records.swap({ ...build, reason: 'second' }, first);
  assert.is(await records.swap({ ...build, reason: 'late' }, first), undefined);
  assert.equal(await records.findActive(build), { build: { ...build, reason: 'second' }, eTag: second });
});

for (const fault of ['drop-reply', 'error-after'] as const) {
  test(`${fault}: a creation that landed without a word is won`, async ({ oci }) => {
    const records = ociRecords(oci.state);
    const build = fresh(queued());
    await oci.plant(fault, `PutObject *active/${build.app}/*`);
    const eTag = await records.create(build);
    assert.equal(await records.findActive(build), { build, eTag });
  });

  test(`${fault}: a swap that landed without a word is won`, async ({ oci }) => {
    const records = ociRecords(oci.state);
    const build = fresh(queued());
    const first = (await records.create(build)) ?? '';
    await oci.plant(fault, `PutObject *active/${build.app}/*`);
    const next = { ...build, reason: 'next' };
    const eTag = await records.swap(next, first);
    assert.type(eTag, 'string');
    assert.equal(await records.findActive(build), { build: next, eTag });
  });

  test(`${fault}: a drop that landed without a word is no error`, async ({ oci }) => {
    const records = ociRecords(oci.state);
    const build = fresh(queued());
    const eTag = (await records.create(build)) ?? '';
    await oci.plant(fault, `DeleteObject *active/${build.app}/*`);
    await records.drop(build, eTag);
    assert.is(await records.findActive(build), undefined);
  });
}

test('a write that another outran after a lost try is lost', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(queued());
  await oci.plant('error-before', `PutObject *active/${build.app}/*`);
  const [a, b] = await Promise.all([records.create(build), records.create({ ...build, reason: 'other' })]);
  assert.is([a, b].filter((eTag) => eTag !== undefined).length, 1);
});

for (const [fault, where] of [
  ['not-found', 'GetObject'],
  ['unauthenticated', 'GetObject'],
  ['throttle', 'GetObject'],
  ['error-before', 'GetObject'],
  ['drop-reply', 'GetObject'],
  ['not-found', 'PutObject'],
  ['unauthenticated', 'PutObject'],
  ['throttle', 'PutObject'],
] as const) {
  test(`a spurious ${fault} at ${where} is not believed at once`, async ({ oci }) => {
    const records = ociRecords(oci.state);
    const build = fresh(queued());
    await oci.plant(fault, `${where} *active/${build.app}/*`, { times: 2 });
    const eTag = await records.create(build);
    assert.equal(await records.findActive(build), { build, eTag });
  });
}

test('a denial that stays is told with its hint, never taken for absence', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(queued());
  await oci.plant('not-found', `GetObject *active/${build.app}/*`, { times: 4 });
  const error = await records.findActive(build).then(
    () => undefined,
    (thrown) => thrown,
  );
  const start = `reading galley-state/active/${build.app}/${ID}: 404 BucketNotFound: `;
  assert.ok(error.message.startsWith(start), error.message);
  assert.match(error.message, /opc-request-id \w+/);
  assert.match(error.hint, 'galley doctor');
  assert.is(error.reason, 'BucketNotFound');
});

test('finishing twice keeps the first record', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const { state: _, attempt: _a, reason: _r, ...origin } = fresh(queued());
  const first: Build = { ...origin, state: 'canceled', by: 'first' };
  await records.finish(first);
  await records.finish({ ...origin, state: 'canceled', by: 'second' });
  assert.equal((await records.findDone(first))?.build, first);
});

test('a build that is not over is not finished', async ({ oci }) => {
  const error = await ociRecords(oci.state)
    .finish(fresh(queued()))
    .catch((thrown: Error) => thrown.message);
  assert.is(error, `Build ${ID} is queued, not finished.`);
});

test('drop leaves a record that has changed', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const build = fresh(queued());
  const first = (await records.create(build)) ?? '';
  await records.swap({ ...build, reason: 'changed' }, first);
  await records.drop(build, first);
  assert.ok(await records.findActive(build));
});

test('lists are in order, page after page, and pass over what is no build', async ({ oci }) => {
  const records = ociRecords(oci.state);
  const app = fresh(queued()).app;
  const ids = [NEWER, OLDER, ID];
  for (const id of ids) await records.create({ ...queued(), app, id });
  await oci.state.put(`active/${app}/notes.txt`, 'not a build');
  await oci.state.put(`active/${app}x/${ID}`, '');
  assert.equal(
    await records.listActive(app),
    [OLDER, ID, NEWER].map((id) => ({ app, id })),
  );
  assert.ok((await records.listActive()).length > 3);
  const { state: _, attempt: _a, reason: _r, ...origin } = queued();
  for (const id of ids) await records.finish({ ...origin, app, id, state: 'canceled', by: 'x' });
  assert.equal(await records.listDone(app), [OLDER, ID, NEWER]);
  assert.equal(await records.listDone(app, ID), [ID, NEWER]);
});

test('an object that is no record is named, with the field', async ({ oci }) => {
  const app = fresh(queued()).app;
  await oci.state.put(`active/${app}/${ID}`, '');
  const error = await ociRecords(oci.state)
    .findActive({ app, id: ID })
    .catch((thrown: Error) => thrown.message);
  assert.is(error, `active/${app}/${ID} is no build record: record: unknown state ""`);
});

test.run();
