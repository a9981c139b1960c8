// What counts as an upload's event: both envelopes OCI ever sent, and nothing that only looks like one.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseUploadEvent } from '../../../functions/upload-trigger/event.ts';
import {
  alarmMessage,
  imagePush,
  ODD_BODIES,
  objectEvent,
  objectEventOf2019,
  SCHEDULE_BODY,
} from '../../helpers/events.ts';

const test = suite('upload-trigger: events');
const UPLOAD = { namespace: 'ns', bucket: 'source', object: 'apps/shop/source.tar.gz' };
const INCOMPLETE = 'event without data.resourceName, additionalDetails.namespace or .bucketName';
const created = objectEvent('createobject');

for (const [what, input, upload] of [
  ['created, 2.0', created, { ...UPLOAD, eTag: 'e-1' }],
  ['updated, 2.0', objectEvent('updateobject'), { ...UPLOAD, eTag: 'e-1' }],
  ['created, 1.0 of 2019: no ETag', objectEventOf2019('createobject'), UPLOAD],
  ['updated, 1.0 of 2019', objectEventOf2019('updateobject'), UPLOAD],
  ['with an empty ETag, as with none', objectEvent('createobject', { details: { eTag: '' } }), UPLOAD],
  [
    'with an ETag that is a number, as with none',
    objectEvent('createobject', { details: { eTag: 7 } }),
    UPLOAD,
  ],
  [
    'with the version',
    objectEvent('createobject', { details: { versionId: 'v1' } }),
    { ...UPLOAD, eTag: 'e-1' },
  ],
  ['of a type alone, with the fields that count', least(UPLOAD.object), UPLOAD],
  [
    'a name is taken as it stands, encoded or not',
    least('apps/shop/a%2Fb c+ä.tgz'),
    named('apps/shop/a%2Fb c+ä.tgz'),
  ],
  ['a name that looks like a key of every object', least('__proto__'), named('__proto__')],
  ['a name of 1,024 bytes', least('x'.repeat(1024)), named('x'.repeat(1024))],
] as const) {
  test(`${what}: read`, () => assert.equal(parseUploadEvent(input), upload));
}

for (const [what, input, ignored] of [
  ['deleted, 2.0', objectEvent('deleteobject'), 'event type com.oraclecloud.objectstorage.deleteobject'],
  [
    'deleted, 1.0',
    objectEventOf2019('deleteobject'),
    'event type com.oraclecloud.objectstorage.deleteobject',
  ],
  ['a bucket created', objectEvent('createbucket'), 'event type com.oraclecloud.objectstorage.createbucket'],
  ['another case', objectEvent('CreateObject'), 'event type com.oraclecloud.objectstorage.CreateObject'],
  ['an image push', imagePush(), 'event type com.oraclecloud.artifacts.uploaddockerimage'],
  ['an alarm', alarmMessage('REPEAT'), 'not an event'],
  ['the schedule', SCHEDULE_BODY, 'not an event'],
  ['a type that is a list', { ...created, eventType: [created.eventType] }, 'not an event'],
  ['a type that is empty', { ...created, eventType: '' }, 'not an event'],
  ['a type that cannot be written', { eventType: { toString: null } }, 'not an event'],
  ['no data', { eventType: created.eventType }, INCOMPLETE],
  ['data as a list', { ...created, data: [created.data] }, INCOMPLETE],
  ['data as a text', { ...created, data: JSON.stringify(created.data) }, INCOMPLETE],
  ['no name', { ...created, data: { ...created.data, resourceName: undefined } }, INCOMPLETE],
  ['an empty name', objectEvent('createobject', { object: '' }), INCOMPLETE],
  ['a name that is a number', { ...created, data: { ...created.data, resourceName: 12 } }, INCOMPLETE],
  ['no details', { ...created, data: { ...created.data, additionalDetails: null } }, INCOMPLETE],
  ['no bucket', objectEvent('createobject', { details: { bucketName: null } }), INCOMPLETE],
  ['no namespace', objectEvent('createobject', { details: { namespace: {} } }), INCOMPLETE],
] as const) {
  test(`${what}: ignored`, () => assert.equal(parseUploadEvent(input), { ignored }));
}

for (const [what, body] of ODD_BODIES) {
  test(`${what}: ignored`, () => assert.equal(parseUploadEvent(body), { ignored: 'not an event' }));
}

test('what is inherited is not in the event', () => {
  const heir = Object.create({ eventType: created.eventType, data: created.data });
  assert.equal(parseUploadEvent(heir), { ignored: 'not an event' });
});

/** The least an envelope may hold, whatever else OCI leaves out one day. */
function least(object: string) {
  const additionalDetails = { namespace: 'ns', bucketName: 'source' };
  return { eventType: created.eventType, data: { resourceName: object, additionalDetails } };
}

function named(object: string) {
  return { ...UPLOAD, object };
}

test.run();
