import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exposedPorts } from '../../cli/exposed.ts';

const test = suite('ports of a Dockerfile');
for (const [what, text, target, ports] of [
  ['one', 'FROM a\nEXPOSE 8080\n', undefined, [8080]],
  ['several, sorted, once', 'FROM a\nEXPOSE 90 80/tcp\nEXPOSE 80\n', undefined, [80, 90]],
  ['none', 'FROM a\n', undefined, []],
  ['no Dockerfile at all', '', undefined, []],
  ['UDP is none', 'FROM a\nEXPOSE 53/udp 443/TCP\n', undefined, [443]],
  ['a range', 'FROM a\nEXPOSE 90-92\n', undefined, [90, 91, 92]],
  ['a variable', 'FROM a\nARG P=81\nENV Q=82\nEXPOSE $P $Q/tcp\n', undefined, [81, 82]],
  ['a variable without a value', 'FROM a\nARG P\nEXPOSE $P\n', undefined, []],
  ['the last stage alone', 'FROM a AS x\nEXPOSE 1\nFROM b\nEXPOSE 2\n', undefined, [2]],
  ['a stage built on another', 'FROM a AS x\nEXPOSE 1\nFROM X\nEXPOSE 2\n', undefined, [1, 2]],
  ['the target', 'FROM a AS x\nEXPOSE 1\nFROM b\nEXPOSE 2\n', 'x', [1]],
  ['a target that is not there', 'FROM a\nEXPOSE 1\n', 'nope', []],
  ['a stage named as its own base', 'FROM a AS a\nEXPOSE 1\n', undefined, [1]],
] as const) {
  test(what, () => assert.equal(exposedPorts(text, target), ports));
}
test.run();
