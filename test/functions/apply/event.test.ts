// Which build an image push, or an invoke, is about.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseApplyInput } from '../../../functions/apply/event.ts';
import { ID } from '../../helpers/builds.ts';
import { alarmMessage, imagePush, ODD_BODIES, objectEvent, SCHEDULE_BODY } from '../../helpers/events.ts';

const test = suite('apply: events');
const BUILD = { app: 'shop', id: ID };
const LONGEST = 'a'.repeat(40);

for (const [what, input, build] of [
  ['a push to galley/shop', imagePush(), BUILD],
  ['a prefix of two parts', imagePush(`team/galley/shop:${ID}`), BUILD],
  ['no prefix', imagePush(`shop:${ID}`), BUILD],
  ['with the namespace', imagePush(`ns/galley/shop:${ID}`), BUILD],
  ['with a registry and its port', imagePush(`fra.ocir.io:443/ns/galley/shop:${ID}`), BUILD],
  ['an app of 40 characters', imagePush(`galley/${LONGEST}:${ID}`), { app: LONGEST, id: ID }],
  ['an invoke', { app: 'shop', build: ID }, BUILD],
  ['an invoke that says more', { app: 'shop', build: ID, eventType: 'x', data: null }, BUILD],
] as const) {
  test(`${what}: read`, () => assert.equal(parseApplyInput(input), build));
}

for (const [what, input, ignored] of [
  ['a push by digest', imagePush(`galley/shop@sha256:${'a'.repeat(64)}`), 'no build of ours: :'],
  ['a tag of somebody else', imagePush('galley/shop:1.2.3'), 'no build of ours: shop:1.2.3'],
  ['latest', imagePush('galley/shop:latest'), 'no build of ours: shop:latest'],
  ['no tag', imagePush('galley/shop'), 'no build of ours: :'],
  ['a tag, but no repository', imagePush(`:${ID}`), 'no build of ours: :'],
  ['tag and digest', imagePush(`galley/shop:${ID}@sha256:${'a'.repeat(64)}`), 'no build of ours: :'],
  ['an app in capitals', imagePush(`galley/Shop:${ID}`), `no build of ours: Shop:${ID}`],
  ['an app of 41 characters', imagePush(`galley/${LONGEST}a:${ID}`), `no build of ours: ${LONGEST}a:${ID}`],
  ['an encoded name', imagePush(`galley%2Fshop:${ID}`), `no build of ours: galley%2Fshop:${ID}`],
  ['a line after the name', imagePush(`galley/shop:${ID}\n`), `no build of ours: shop:${ID}\n`],
  ['no name', imagePush(null), 'no build of ours: :'],
  ['a name that is a list', imagePush([`galley/shop:${ID}`]), 'no build of ours: :'],
  ['a name that cannot be written', imagePush({ toString: null }), 'no build of ours: :'],
  ['a long name without an end', imagePush('a/'.repeat(200_000)), 'no build of ours: :'],
  ['data that is a list', { ...imagePush(), data: [imagePush().data] }, 'no build of ours: :'],
  ['an invoke of no build of ours', { app: 'shop', build: 'latest' }, 'no build of ours: shop:latest'],
  ['an invoke with a path', { app: '../shop', build: ID }, `no build of ours: ../shop:${ID}`],
  ['half an invoke', { app: 'shop' }, 'neither an image push nor {app, build}: no eventType'],
  ['an upload', objectEvent('createobject'), typed('com.oraclecloud.objectstorage.createobject')],
  ['an alarm', alarmMessage('REPEAT'), typed('no eventType')],
  ['the schedule', SCHEDULE_BODY, typed('no eventType')],
  ['a type that is a list', { ...imagePush(), eventType: [imagePush().eventType] }, typed('no eventType')],
  ['a type that cannot be written', { eventType: { toString: null } }, typed('no eventType')],
] as const) {
  test(`${what}: ignored`, () => assert.equal(parseApplyInput(input), { ignored }));
}

for (const [what, body] of ODD_BODIES) {
  test(`${what}: ignored`, () => assert.equal(parseApplyInput(body), { ignored: typed('no eventType') }));
}

function typed(type: string): string {
  return `neither an image push nor {app, build}: ${type}`;
}

test.run();
