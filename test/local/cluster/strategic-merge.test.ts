import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builtIn } from '../../../local/cluster/stand-in/resources.ts';
import { strategicMerge } from '../../../local/cluster/stand-in/strategic-merge.ts';
import { topologyOf } from '../../../local/cluster/stand-in/topology.ts';

const topology = topologyOf(builtIn('Pod'));
const pod = (...containers: object[]): object => ({ spec: { containers } });
const a = { name: 'a', image: 'a:1' };
const b = { name: 'b', image: 'b:1' };

const cases: readonly (readonly [rule: string, target: unknown, patch: unknown, result: unknown])[] = [
  [
    'items of a keyed list merge',
    pod(a, b),
    pod({ name: 'b', image: 'b:2' }),
    pod(a, { name: 'b', image: 'b:2' }),
  ],
  ['a new item is added', pod(a), pod(b), pod(a, b)],
  ['$patch: delete takes an item away', pod(a, b), pod({ $patch: 'delete', name: 'a' }), pod(b)],
  ['$patch: replace empties a list first', pod(a, b), pod({ $patch: 'replace' }, b), pod(b)],
  [
    '$patch: replace empties a map first',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { $patch: 'replace', b: '2' } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    'null takes a field away',
    { metadata: { labels: { a: '1', b: '2' } } },
    { metadata: { labels: { a: null } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    'a plain list is replaced',
    pod({ ...a, args: ['x'] }),
    pod({ name: 'a', args: ['y'] }),
    pod({ ...a, args: ['y'] }),
  ],
  [
    '$retainKeys drops the others',
    { spec: { strategy: { type: 'R', rollingUpdate: {} } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'C' } } },
    { spec: { strategy: { type: 'C' } } },
  ],
  [
    '$setElementOrder is no field',
    pod(a, b),
    { spec: { '$setElementOrder/containers': [{ name: 'b' }] } },
    pod(a, b),
  ],
  [
    '$deleteFromPrimitiveList',
    { metadata: { finalizers: ['x', 'y'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } },
    { metadata: { finalizers: ['y'] } },
  ],
  [
    'finalizers are a set',
    { metadata: { finalizers: ['x'] } },
    { metadata: { finalizers: ['x', 'y'] } },
    { metadata: { finalizers: ['x', 'y'] } },
  ],
];

const test = suite('strategic merge patch');
for (const [rule, target, patch, result] of cases) {
  test(rule, () => assert.equal(strategicMerge(target, patch, topology), result));
}
test.run();
