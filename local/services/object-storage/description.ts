// What a writer says of an object beside its bytes: content headers, user metadata, storage tier. Pure.
import { invalidParameter } from '../../http/errors.ts';
import { notOffered } from './errors.ts';

/** Kept as sent and sent back on every read. */
export const CONTENT_HEADERS = [
  'content-type',
  'content-language',
  'content-encoding',
  'content-disposition',
  'cache-control',
] as const;

export interface Description {
  readonly headers: Readonly<Record<string, string>>;
  /** Names in lower case with their prefix `opc-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageTier: string;
}

/** All of an object's metadata, names and values together (facts A.4: "2 K total"). */
export const MAX_METADATA_BYTES = 2048;
const TIERS = ['Standard', 'InfrequentAccess'];

/** Reads the headers of PutObject. Throws 400 for metadata over 2 KB and for what the region does not offer. */
export function describedBy(headers: Readonly<Record<string, string | string[] | undefined>>): Description {
  const content: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    if (name.startsWith('opc-meta-')) metadata[name] = value;
    if (name.startsWith('opc-sse-'))
      throw notOffered('encryption with keys of your own', `Leave out ${name}.`);
  }
  for (const name of CONTENT_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') content[name] = value;
  }
  const tier = headers['storage-tier'];
  return description(content, metadata, typeof tier === 'string' ? tier : undefined);
}

/** Reads the JSON forms of the same thing: CreateMultipartUpload, and CopyObject with metadata of its own. */
export function describedIn(details: {
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: unknown;
  readonly storageTier?: string | undefined;
}): Description {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(details.metadata ?? {})) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('opc-meta-'))
      throw invalidParameter(`Metadata '${name}' must begin with opc-meta-`);
    metadata[lower] = String(value);
  }
  return description({ ...details.headers }, metadata, details.storageTier);
}

function description(
  headers: Record<string, string>,
  metadata: Record<string, string>,
  storageTier = 'Standard',
): Description {
  const bytes = metadataBytes(metadata);
  if (bytes > MAX_METADATA_BYTES) {
    throw invalidParameter(
      `The metadata of an object may have ${MAX_METADATA_BYTES} bytes; this one has ${bytes}`,
    );
  }
  if (!TIERS.includes(storageTier)) {
    throw notOffered(`the storage tier '${storageTier}'`, `There are ${TIERS.join(' and ')}.`);
  }
  headers['content-type'] ||= 'application/octet-stream';
  return { headers, metadata, storageTier };
}

/** Names count with their prefix, the stricter of the two readings of the limit. Values come as Latin-1. */
export function metadataBytes(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}
