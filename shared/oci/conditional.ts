// Conditional writes that survive a lost reply: who won is settled by reading back, not by guessing.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metadata } from '../build/metadata.ts';
import type { Bucket } from './bucket.ts';
import { callingOnce, isOutrun, isPassing } from './calling.ts';

/** The metadata key that names the writer. With its value it takes 27 of the 48 bytes that METADATA_LIMIT_BYTES leaves. */
const WRITER = 'writer';
const WRITER_BYTES = 9;
const TRIES = 4;
const PAUSE_MS = 150;

export type Condition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

/**
 * PUTs an empty object with metadata, or with a text, under a condition.
 * A try that broke may have landed, and the next one is then answered 412 by our own write: so every try carries the
 * same writer id, and a 412 after a broken try is compared with what stands there now (design §2).
 * @returns the new ETag, or undefined when somebody else was first
 * @throws PipelineError when it stays unknown
 */
export async function putIf(
  bucket: Bucket,
  put: { object: string; metadata?: Metadata; text?: string; condition: Condition },
): Promise<string | undefined> {
  const writer = randomBytes(WRITER_BYTES).toString('base64url');
  const client = await bucket.clients.objectStorage();
  const request = {
    namespaceName: bucket.name.namespace,
    bucketName: bucket.name.bucket,
    objectName: put.object,
    opcMeta: { ...put.metadata, [WRITER]: writer },
    putObjectBody: put.text ?? '',
    contentLength: Buffer.byteLength(put.text ?? ''),
    ...put.condition,
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const what = `writing ${bucket.name.bucket}/${put.object}`;
      return (await callingOnce(what, () => client.putObject(request))).eTag;
    } catch (error) {
      if (isOutrun(error)) return tries === 1 ? undefined : ownETag(bucket, { object: put.object, writer });
      if (!isPassing(error) || tries === TRIES) throw error;
      await sleep(PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random()));
    }
  }
}

async function ownETag(
  bucket: Bucket,
  { object, writer }: { object: string; writer: string },
): Promise<string | undefined> {
  const found = await bucket.find(object);
  found?.body?.destroy();
  return found?.metadata[WRITER] === writer ? found.eTag : undefined;
}
