// `heads/<app>`: what is deployed, and the lease of who is at it, moved by compare-and-swap.
import {
  decodeFields,
  encodeFields,
  METADATA_LIMIT_BYTES,
  type Metadata,
  sizeOf,
} from '../build/metadata.ts';
import type { Head, Lease } from '../build/seen.ts';
import type { Heads } from '../pipeline/ports.ts';
import type { Bucket } from './bucket.ts';
import { putIf } from './conditional.ts';

export function ociHeads(state: Bucket): Heads {
  return {
    read: async (app) => {
      const found = await state.find(`heads/${app}`);
      found?.body?.destroy();
      return found === undefined ? undefined : { head: decodeHead(found.metadata), eTag: found.eTag };
    },
    swap: (app, head, eTag) => {
      const condition = eTag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: eTag };
      return putIf(state, { object: `heads/${app}`, metadata: encodeHead(head), condition });
    },
  };
}

/** A report too long to keep is cut: the whole of it is in the plan and the logs. */
export function encodeHead(head: Head): Metadata {
  const { lease, report, ...rest } = head;
  const holder = { leaseBuild: lease?.build, leaseHolder: lease?.holder, leaseUntil: lease?.until };
  const encode = (words: string | undefined) => encodeFields({ ...rest, ...holder, report: words });
  let words = report;
  let metadata = encode(words);
  while (sizeOf(metadata) > METADATA_LIMIT_BYTES && words !== undefined && words !== '') {
    words = words.slice(0, Math.floor(words.length * 0.8));
    metadata = encode(words === '' ? undefined : `${words}…`);
  }
  return metadata;
}

export function decodeHead(metadata: Readonly<Metadata>): Head {
  const { build, image, endpoint, report, instance, ...rest } = decodeFields(metadata);
  const lease = leaseOf(rest);
  return {
    ...(build === undefined ? {} : { build }),
    ...(image === undefined ? {} : { image }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(report === undefined ? {} : { report }),
    ...(instance === undefined ? {} : { instance }),
    ...(lease === undefined ? {} : { lease }),
  };
}

/** Metadata keys come back in lower case. */
function leaseOf(fields: Readonly<Record<string, string>>): Lease | undefined {
  const { leasebuild: build, leaseholder: holder, leaseuntil: until } = fields;
  return build === undefined || holder === undefined || until === undefined
    ? undefined
    : { build, holder, until };
}
