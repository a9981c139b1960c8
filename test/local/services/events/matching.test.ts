import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { matches, parseCondition } from '../../../../local/services/events/matching.ts';

const test = suite('conditions of rules');
const event = {
  eventType: 'com.oraclecloud.objectstorage.createobject',
  source: 'ObjectStorage',
  count: 3,
  flag: true,
  nothing: null,
  tags: ['a', 'b'],
  data: {
    resourceName: 'apps/shop/app.tar.gz',
    additionalDetails: { bucketName: 'galley-source', namespace: 'ns' },
  },
};
const CREATE = 'com.oraclecloud.objectstorage.createobject';
const UPDATE = 'com.oraclecloud.objectstorage.updateobject';
for (const [name, condition, expected] of [
  ['{} matches everything', {}, true],
  ['a value', { eventType: CREATE }, true],
  ['another value', { eventType: UPDATE }, false],
  ['a list is an OR', { eventType: [UPDATE, CREATE] }, true],
  ['a list without it', { eventType: [UPDATE, 'x'] }, false],
  ['fields are ANDed', { eventType: CREATE, source: 'other' }, false],
  ['a nested value', { data: { resourceName: 'apps/shop/app.tar.gz' } }, true],
  ['a nested list', { data: { additionalDetails: { bucketName: ['x', 'galley-source'] } } }, true],
  ['a field at another nesting', { resourceName: 'apps/shop/app.tar.gz' }, false],
  ['a field that is not there', { data: { other: '*' } }, false],
  ['* matches any value', { data: { resourceName: '*' } }, true],
  ['* does not match null', { nothing: '*' }, false],
  ['* matches an object', { data: '*' }, true],
  ['* at the end', { data: { resourceName: 'apps/*' } }, true],
  ['* at the front', { data: { resourceName: '*.tar.gz' } }, true],
  ['* inside', { data: { resourceName: 'apps/*.tar.gz' } }, true],
  ['several *', { data: { resourceName: '*shop*tar*' } }, true],
  ['several * in the wrong order', { data: { resourceName: '*tar*shop*' } }, false],
  ['* may stand for nothing', { data: { resourceName: 'apps/shop/app.tar.gz*' } }, true],
  ['overlapping ends do not match', { eventType: `${CREATE}*${CREATE}` }, false],
  ['. is a dot', { data: { resourceName: 'apps/shop/app?tar.gz' } }, false],
  ['* in a list', { data: { resourceName: ['*.tgz', '*.tar.gz'] } }, true],
  ['case counts', { source: 'objectstorage' }, false],
  ['* in a name is no wildcard', { 'event*': CREATE }, false],
  ['an object where the event has a text', { eventType: { x: 'y' } }, false],
  ['a text where the event has an object', { data: 'x' }, false],
  ['a number', { count: 3 }, true],
  ['a number as text', { count: '3' }, true],
  ['another number', { count: 4 }, false],
  ['a boolean', { flag: true }, true],
  ['one of the values of a field', { tags: 'b' }, true],
  ['none of the values of a field', { tags: ['c', 'd'] }, false],
  ['names of prototypes are no fields', { toString: '*' }, false],
] as const) {
  test(`${name}: ${expected}`, () =>
    assert.is(matches(parseCondition(JSON.stringify(condition)), event), expected));
}

for (const [name, text, error] of [
  ['no JSON', '{', /not JSON/],
  ['a list', '[]', /JSON object/],
  ['null', 'null', /JSON object/],
  ['an empty list', '{"eventType":[]}', /condition.eventType: an empty list/],
  ['objects in a list', '{"data":{"x":[{"y":1}]}}', /condition.data.x: a list/],
  ['null as a value', '{"data":{"x":null}}', /condition.data.x: null/],
] as const) {
  test(`${name} is refused`, () => assert.throws(() => parseCondition(text), error));
}

test('a pattern of many * ends in time', () => {
  const pattern = '*a'.repeat(60);
  assert.not(matches({ source: `${pattern}b` }, { source: 'a'.repeat(5000) }));
});
test.run();
