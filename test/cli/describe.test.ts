import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exitCodeOf, sentence, toJson } from '../../cli/describe.ts';
import { columns, counted, duration, size } from '../../cli/terminal.ts';
import type { Build } from '../../shared/build/build.ts';
import { applying, building, finals, later, pushed, queued } from '../helpers/builds.ts';

const test = suite('what people are told');

for (const [build, code, text] of [
  [queued(), 3, 'waits for a build slot'],
  [building(), 3, 'on builder1, attempt 1, for 60 s'],
  [building({ stopping: 'cancel requested by ada' }), 3, 'being stopped: cancel requested by ada'],
  [applying({ reason: '1 of 2 ready' }), 3, '1 of 2 ready'],
  [finals()[0], 0, 'answers at http://203.0.113.7/'],
  [finals()[1], 2, 'rule no-dockerfile: No Dockerfile at the root.'],
  [finals()[2], 2, 'build, BuildFailed (yours to mend): exit 1'],
  [finals()[3], 4, 'by ada'],
  [finals()[4], 4, 'by build 20261124T101113Z-ffffffff'],
] as const) {
  test(`${build?.state}: ${text}`, () => {
    if (build === undefined) throw new Error('no build');
    assert.is(sentence(build, later(60)), text);
    assert.is(exitCodeOf(build), code);
  });
}

test('a platform failure has an exit code of its own, and says where it went back to', () => {
  const failed = {
    ...pushed(),
    state: 'failed',
    phase: 'rollout',
    reason: 'CrashLoop',
    detail: 'exit 1',
    fault: 'platform',
    rolledBackTo: 'b1',
  } as const;
  assert.is(exitCodeOf(failed), 3);
  assert.is(sentence(failed, later(0)), 'rollout, CrashLoop (not your fault): exit 1 Rolled back to b1.');
});

test('an address that only the cluster knows is no answer to people outside', () => {
  const deployed = { ...finals()[0], endpoint: 'http://shop.shop.svc.cluster.local:8080' } as Build;
  assert.match(sentence(deployed, later(0)), /^answers inside the cluster at .*LoadBalancer/);
});

test('for machines a record is flat, and says whether it is final', () => {
  assert.is(toJson(building()).command, building().run.command);
  assert.is(toJson(building()).isFinal, false);
});

for (const [ms, text] of [
  [400, '0 s'],
  [99_000, '99 s'],
  [100_000, '2 min'],
  [7_200_000, '2 h'],
  [200_000_000, '2 d'],
] as const) {
  test(`${ms} ms are ${text}`, () => assert.is(duration(ms), text));
}

for (const [bytes, text] of [
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [2_345_678, '2.3 MB'],
] as const) {
  test(`${bytes} bytes are ${text}`, () => assert.is(size(bytes), text));
}

test('one file, two files', () =>
  assert.equal([counted(1, 'file'), counted(2, 'file')], ['1 file', '2 files']));

test('columns are aligned and end without blanks', () => {
  assert.is(
    columns([
      ['a', 'bcd', 'e'],
      ['aaa', 'b', ''],
    ]),
    'a    bcd  e\naaa  b',
  );
});

test.run();
