// Reads an Object Storage event; anything else is told apart, never thrown at.

export interface UploadEvent {
  readonly namespace: string;
  readonly bucket: string;
  readonly object: string;
  /** Absent in old envelopes: then the newest version counts. */
  readonly eTag?: string;
}

const TYPES = ['com.oraclecloud.objectstorage.createobject', 'com.oraclecloud.objectstorage.updateobject'];

/** Depends only on the fields that every known envelope has (facts B): v1.0 of 2019 and v2.0. */
export function parseUploadEvent(input: unknown): UploadEvent | { readonly ignored: string } {
  const event = fields(input);
  const eventType = text(event.eventType);
  if (eventType === undefined) return { ignored: 'not an event' };
  if (!TYPES.includes(eventType)) return { ignored: `event type ${eventType}` };
  const data = fields(event.data);
  const details = fields(data.additionalDetails);
  const [namespace, bucket, object, eTag] = [
    text(details.namespace),
    text(details.bucketName),
    text(data.resourceName),
    text(details.eTag),
  ];
  if (namespace === undefined || bucket === undefined || object === undefined) {
    return { ignored: 'event without data.resourceName, additionalDetails.namespace or .bucketName' };
  }
  return { namespace, bucket, object, ...(eTag === undefined ? {} : { eTag }) };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
