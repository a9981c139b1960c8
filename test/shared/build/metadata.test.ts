import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBuild, encodeBuild, METADATA_LIMIT_BYTES, sizeOf } from '../../../shared/build/metadata.ts';
import { applying, building, finals, pushed, queued } from '../../helpers/builds.ts';

const test = suite('the codec of records');

for (const build of [
  queued({ notBefore: '2026-01-01T00:00:00.000Z', avoid: 'a,b', position: 3 }),
  building(),
  pushed(),
  applying({ reason: 'waits' }),
  ...finals(),
]) {
  test(`${build.state} survives the way there and back`, () => {
    assert.equal(decodeBuild(encodeBuild(build)), build);
  });
}

test('any text survives, within 2 KB; what is too long is cut and says so', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 3000 }), (detail) => {
      const build = { ...finals()[2], detail } as Parameters<typeof encodeBuild>[0];
      const metadata = encodeBuild(build);
      assert.ok(sizeOf(metadata) <= METADATA_LIMIT_BYTES, `${sizeOf(metadata)} bytes`);
      for (const value of Object.values(metadata)) assert.match(value, /^[\x21-\x7e]+$/);
      const back = decodeBuild(metadata);
      const said = back.state === 'failed' ? back.detail : '';
      assert.ok(said === detail.toWellFormed() || said.endsWith('…'));
    }),
  );
});

for (const [what, spoil, message] of [
  ['no state', { state: undefined }, 'record: unknown state ""'],
  ['an unknown state', { state: 'lost' }, 'record: unknown state "lost"'],
  ['no app', { app: undefined }, 'record: field "app" is missing'],
  ['a number that is none', { attempt: 'two' }, 'record: field "attempt" is no number: "two"'],
] as const) {
  test(`a record with ${what} is refused by name`, () => {
    const metadata = Object.fromEntries(
      Object.entries({ ...encodeBuild(queued()), ...spoil }).filter(([, value]) => value !== undefined),
    );
    assert.throws(
      () => decodeBuild(metadata as Record<string, string>),
      (error: Error) => error.message === message,
    );
  });
}

test.run();
