// Multipart uploads: create, upload parts, list, commit, abort.

import { invalidParameter } from '../../http/errors.ts';
import { type Fields, fieldsOf } from '../../http/json-body.ts';
import { pageOf } from '../../http/paging.ts';
import { atomically } from '../../transaction.ts';
import type { Call, Reply, Route, Target } from '../../types.ts';
import { multipartMd5, partsToCommit } from './commit.ts';
import { checkWrite, conditionsOf } from './conditions.ts';
import { CONTENT_HEADERS, describedIn } from './description.ts';
import { checkDigests, digestsWanted } from './digests.ts';
import { bucketNotFound } from './errors.ts';
import { checkObjectName } from './names.ts';
import { writtenHeaders } from './object-replies.ts';
import { contentOf } from './object-routes.ts';
import { routing } from './routing.ts';
import { bucketOf, bucketTarget, callerOf, objectNameOf, type Storage } from './storage.ts';
import type { Upload } from './uploads.ts';

const UPLOADS = '/n/:namespace/b/:bucket/u';
const UPLOAD = `${UPLOADS}/*`;
/** Facts A.4. */
const MAX_PARTS = 10_000;

export function multipartRoutes(storage: Storage): Route[] {
  const on = routing(storage);
  return [
    on.body('CreateMultipartUpload', `POST ${UPLOADS}`, create),
    on.bucket('ListMultipartUploads', `GET ${UPLOADS}`, listUploads),
    on.object('UploadPart', `PUT ${UPLOAD}`, uploadPart),
    on.object('ListMultipartUploadParts', `GET ${UPLOAD}`, listParts),
    on.object('CommitMultipartUpload', `POST ${UPLOAD}`, commit),
    on.object('AbortMultipartUpload', `DELETE ${UPLOAD}`, abort),
  ];
}

function listUploads(storage: Storage, call: Call): Reply {
  const { items, headers } = pageOf(storage.uploads.of(bucketOf(storage, call).name), call.query);
  return { status: 200, headers, body: items.map((upload) => summary(storage, upload)) };
}

function listParts(storage: Storage, call: Call): Reply {
  const { items, headers } = pageOf(storage.uploads.parts(uploadOf(storage, call).id), call.query);
  const body = items.map(({ number, eTag, md5, size }) => ({ partNumber: number, etag: eTag, md5, size }));
  return { status: 200, headers, body };
}

function abort(storage: Storage, call: Call): Reply {
  storage.uploads.end(uploadOf(storage, call).id, []);
  return { status: 204 };
}

function summary({ region }: Storage, { id, bucket, object, description, timeCreated }: Upload): object {
  const { storageTier } = description;
  return { namespace: region.namespace, bucket, object, uploadId: id, timeCreated, storageTier };
}

function uploadOf(storage: Storage, call: Call): Upload {
  const id = call.query.get('uploadId') ?? '';
  return storage.uploads.require({ id, bucket: bucketOf(storage, call).name, object: objectNameOf(call) });
}

async function create(storage: Storage, call: Call): Promise<Reply> {
  const body = await fieldsOf(call);
  const bucket = bucketOf(storage, call);
  const object = body.required('object');
  checkObjectName(object);
  const target: Target = bucketTarget(bucket, object);
  if (!storage.region.wiring.isAllowed(callerOf(call), 'CreateMultipartUpload', target)) {
    throw bucketNotFound(storage.region.namespace, bucket.name);
  }
  checkWrite(storage.objects.find(bucket.name, object), conditionsOf(call.header));
  const described = {
    headers: contentHeaders(body),
    metadata: body.all.metadata ?? {},
    storageTier: body.text('storageTier'),
  };
  const upload = storage.uploads.create({ bucket: bucket.name, object, description: describedIn(described) });
  return { status: 200, body: summary(storage, upload) };
}

/** `contentType` in the body is `content-type` on the object. */
function contentHeaders(body: Fields): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const header of CONTENT_HEADERS) {
    const value = body.text(header.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
    if (value !== undefined) headers[header] = value;
  }
  return headers;
}

async function uploadPart(storage: Storage, call: Call): Promise<Reply> {
  const upload = uploadOf(storage, call);
  const number = Number(call.query.get('uploadPartNum'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw invalidParameter(`uploadPartNum must be 1 to ${MAX_PARTS}`);
  }
  const body = await storage.bodies.receive(call.request, digestsWanted(call.header));
  try {
    checkDigests(call.header, body);
    // The upload may have been aborted while the bytes came in.
    uploadOf(storage, call);
    const part = storage.uploads.putPart(upload.id, { number, ...contentOf(body) });
    return { status: 200, headers: { etag: part.eTag, 'opc-content-md5': part.md5 } };
  } catch (error) {
    storage.bodies.remove(body.segments);
    throw error;
  }
}

async function commit(storage: Storage, call: Call): Promise<Reply> {
  const body = await call.json();
  const bucket = bucketOf(storage, call);
  const upload = uploadOf(storage, call);
  const parts = partsToCommit(body, storage.uploads.parts(upload.id));
  const object = atomically(storage.region.database, () => {
    const segments = parts.flatMap((part) => part.segments);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const made = { name: upload.object, size, md5: '', multipartMd5: multipartMd5(parts), segments };
    const stored = storage.objects.put(bucket, { ...upload.description, ...made }, conditionsOf(call.header));
    storage.uploads.end(upload.id, parts);
    return stored;
  });
  return { status: 200, headers: writtenHeaders(bucket, object) };
}
