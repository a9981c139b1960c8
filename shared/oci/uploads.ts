// `apps/` in the source bucket. Every door asks the listing of versions, so that an upload has one time (design §2).
import type { Readable } from 'node:stream';
import type { models } from 'oci-objectstorage';
import { messageOf, PipelineError } from '../errors.ts';
import type { Upload, Uploads } from '../pipeline/ports.ts';
import { type Bucket, byText, queryValue } from './bucket.ts';
import { calling, isAbsent, isOutrun } from './calling.ts';

const FIELDS = 'name,size,etag,timeCreated,timeModified';

export function ociUploads(source: Bucket): Uploads {
  return {
    find: async (object, eTag) => {
      const versions = await collect(versionsUnder(source, object), ({ name }) => name === object);
      const newestFirst = versions.sort((a, b) => byText(timeOf(b), timeOf(a)));
      if (eTag !== undefined) return uploadOf(newestFirst.find(({ etag }) => etag === eTag));
      return uploadOf(newestFirst[0]);
    },
    list: async (since) => {
      const from = since.toISOString();
      const versions = await collect(versionsUnder(source, 'apps/'), (one) => timeOf(one) >= from);
      const uploads = versions.flatMap((version) => uploadOf(version) ?? []);
      return uploads.sort((a, b) => byText(a.uploadedAt, b.uploadedAt));
    },
    open: (upload) => open(source, upload),
  };
}

async function* versionsUnder(source: Bucket, prefix: string): AsyncGenerator<models.ObjectVersionSummary> {
  const { namespace, bucket } = source.name;
  const client = await source.clients.objectStorage();
  const request = {
    namespaceName: namespace,
    bucketName: bucket,
    prefix: queryValue(prefix),
    fields: FIELDS,
  };
  let page: string | undefined;
  do {
    const next = page === undefined ? {} : { page };
    const list = () => client.listObjectVersions({ ...request, ...next });
    const { objectVersionCollection, opcNextPage } = await calling(
      `listing versions of ${bucket}/${prefix}`,
      list,
    );
    yield* objectVersionCollection.items;
    page = opcNextPage || undefined;
  } while (page !== undefined);
}

async function collect(
  versions: AsyncIterable<models.ObjectVersionSummary>,
  isWanted: (version: models.ObjectVersionSummary) => boolean,
): Promise<models.ObjectVersionSummary[]> {
  const wanted: models.ObjectVersionSummary[] = [];
  for await (const version of versions) if (isWanted(version)) wanted.push(version);
  return wanted;
}

/** The SDK leaves times as they came, whatever their type says (facts A.3.3). */
function timeOf({ timeModified }: models.ObjectVersionSummary): string {
  return new Date(timeModified).toISOString();
}

/** undefined for a deletion's marker. */
function uploadOf(version: models.ObjectVersionSummary | undefined): Upload | undefined {
  if (version === undefined || version.isDeleteMarker || version.etag === undefined) return undefined;
  const { name, etag, versionId, size = 0 } = version;
  return {
    object: name,
    eTag: etag,
    ...(versionId ? { versionId } : {}),
    uploadedAt: timeOf(version),
    bytes: size,
  };
}

async function open(source: Bucket, upload: Upload): Promise<AsyncIterable<Uint8Array>> {
  const { namespace, bucket } = source.name;
  const what = `reading ${bucket}/${upload.object}`;
  const client = await source.clients.objectStorage();
  const version = upload.versionId === undefined ? {} : { versionId: upload.versionId };
  const request = { namespaceName: namespace, bucketName: bucket, objectName: upload.object, ...version };
  const get = () => client.getObject({ ...request, ifMatch: upload.eTag });
  const answer = await calling(what, get).catch((error: unknown) => {
    if (!isAbsent(error) && !isOutrun(error)) throw error;
    const message = `${what}: the version with ETag ${upload.eTag} is gone`;
    throw new PipelineError(message, { retry: 'never', reason: 'UploadGone', cause: error });
  });
  return named(what, answer.value as Readable | undefined);
}

/** A connection that breaks in the middle is named, and worth another try. */
async function* named(what: string, body: Readable | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? [];
  } catch (cause) {
    throw new PipelineError(`${what}: broken off: ${messageOf(cause)}`, { retry: 'later', cause });
  } finally {
    body?.destroy();
  }
}
