// What the three functions are called with, as OCI was seen to send it (facts storage-events-functions B, D, H).
import { ID } from './builds.ts';

type Fields = Readonly<Record<string, unknown>>;

const OBJECT_STORAGE = 'com.oraclecloud.objectstorage';

/** An Object Storage event of today: envelope 2.0. */
export function objectEvent(
  kind: string,
  { object = 'apps/shop/source.tar.gz', bucket = 'source', details = {} }: ObjectOptions = {},
): Fields & { readonly data: Fields } {
  return {
    eventType: `${OBJECT_STORAGE}.${kind}`,
    cloudEventsVersion: '0.1',
    eventTypeVersion: '2.0',
    source: 'ObjectStorage',
    eventTime: '2026-11-24T10:11:13.000Z',
    contentType: 'application/json',
    data: {
      compartmentId: 'ocid1.compartment.oc1..c',
      compartmentName: 'apps',
      resourceName: object,
      resourceId: `/n/ns/b/${bucket}/o/${object}`,
      availabilityDomain: 'FRA-AD-1',
      freeformTags: {},
      definedTags: {},
      additionalDetails: {
        bucketName: bucket,
        namespace: 'ns',
        bucketId: 'ocid1.bucket.oc1.eu-frankfurt-1..b',
        archivalState: 'Available',
        eTag: 'e-1',
        ...details,
      },
    },
    eventID: '3e47d127-19de-6eb8-eb67-0c1ab961fcbc',
    extensions: { compartmentId: 'ocid1.compartment.oc1..c' },
  };
}

interface ObjectOptions {
  readonly object?: string;
  readonly bucket?: string;
  readonly details?: Fields;
}

/** The same in the envelope of 2019: other spellings, and no ETag. */
export function objectEventOf2019(kind: string): Fields {
  return {
    eventType: `${OBJECT_STORAGE}.${kind}`,
    cloudEventsVersion: '0.1',
    eventTypeVersion: '1.0',
    source: 'objectstorage',
    eventTime: '2019-06-12T10:11:13.000Z',
    contentType: 'application/json',
    schemaURL: null,
    data: {
      compartmentId: 'ocid1.compartment.oc1..c',
      resourceName: 'apps/shop/source.tar.gz',
      resourceId: '',
      availabilityDomain: 'all',
      freeFormTags: {},
      additionalDetails: { bucketName: 'source', namespace: 'ns', archivalState: 'Available' },
    },
    eventID: '3e47d127-19de-6eb8-eb67-0c1ab961fcbc',
    extensions: { compartmentId: 'ocid1.compartment.oc1..c' },
  };
}

/** An image push; `resourceName` is the repository without the namespace, and the tag. */
export function imagePush(resourceName: unknown = `galley/shop:${ID}`): Fields {
  return {
    eventType: 'com.oraclecloud.artifacts.uploaddockerimage',
    eventTime: '2026-11-24T10:12:40.000Z',
    eventID: '8a1c6f0e-4d3b-4c1e-9a57-5f1c9f1f0a11',
    source: 'OCIRegistry',
    data: {
      compartmentId: 'ocid1.compartment.oc1..c',
      resourceName,
      additionalDetails: { path: 'ns/galley/shop', digest: `sha256:${'a'.repeat(64)}` },
    },
  };
}

/** What an alarm's topic sends every minute. */
export function alarmMessage(type: string): Fields {
  return {
    dedupeKey: 'd3f0',
    title: 'galley tick',
    body: 'Look at every build.',
    type,
    severity: 'INFO',
    timestampEpochMillis: 1_795_515_072_000,
    alarmMetaData: [
      {
        id: 'ocid1.alarm.oc1..a',
        status: 'FIRING',
        severity: 'INFO',
        query: 'FunctionInvocationCount[1m]',
        totalMetricsFiring: 1,
        dimensions: [{ resourceId: 'ocid1.fnfunc.oc1..f' }],
      },
    ],
    version: 1.5,
  };
}

/** The BODY that the hourly schedule passes on (deploy/). */
export const SCHEDULE_BODY: Fields = { source: 'schedule' };

/** What no service sends; every function must let it pass without a fault. */
export const ODD_BODIES: readonly [name: string, body: unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'com.oraclecloud.objectstorage.createobject'],
  ['a number', 1e308],
  ['true', true],
  ['an empty object', {}],
  ['an empty list', []],
  ['a list of events', [objectEvent('createobject')]],
  ['a list nested 5,000 deep', nested(5000)],
  ['prototype keys', JSON.parse('{"__proto__": {"eventType": "x"}, "constructor": {"data": 1}}')],
];

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner) => [inner], []);
}
