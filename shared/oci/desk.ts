// What a developer's desk does with the two buckets: put an upload, read records and logs, ask for a change.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Build, BuildKey } from '../build/build.ts';
import type { Found, Heads, Records, Slots, Upload, Uploads } from '../pipeline/ports.ts';
import { type Bucket, openBucket } from './bucket.ts';
import { callingOnce } from './calling.ts';
import { askToCancel } from './cancels.ts';
import { type Access, createClients } from './clients.ts';
import { ociHeads } from './heads.ts';
import { ociRecords } from './records.ts';
import { ociSlots } from './slots.ts';
import { ociUploads } from './uploads.ts';

/** One chunk is at most 256 KB; more is no log of ours. */
const CHUNK_LIMIT_BYTES = 1024 * 1024;
/** As many manifests as admission lets through. */
const MANIFESTS_LIMIT_BYTES = 4 * 1024 * 1024;

export interface Desk {
  readonly records: Records;
  readonly heads: Heads;
  readonly slots: Slots;
  readonly uploads: Uploads;
  /** The record, finished or not. */
  find(key: BuildKey): Promise<Build | undefined>;
  /** Ids of an app's builds, oldest first. */
  ids(app: string): Promise<string[]>;
  apps(): Promise<string[]>;
  /** Uploads a file under `apps/<app>/…`. Returns what the pipeline will know it by. */
  put(object: string, file: string): Promise<Upload>;
  /** Copies an upload over itself: same bytes, new ETag, so a new build. */
  putAgain(upload: Upload): Promise<Upload>;
  /** Names of log chunks, in order, from `from` on (exclusive). */
  chunks(key: BuildKey, from?: string): Promise<string[]>;
  readChunk(name: string): Promise<string>;
  /** Marks it to be cancelled and has it looked at at once. */
  cancel(key: BuildKey, by: string): Promise<void>;
  /** A record of a build that deploys an old one's image and manifests. */
  rollBack(build: Build, from: BuildKey): Promise<boolean>;
  readManifests(key: BuildKey): Promise<string | undefined>;
  readPlan(key: BuildKey): Promise<string | undefined>;
}

export interface DeskNames {
  readonly namespace: string;
  readonly sourceBucket: string;
  readonly stateBucket: string;
}

export function createDesk(access: Access, names: DeskNames): Desk {
  const clients = createClients(access);
  const source = openBucket(clients, { namespace: names.namespace, bucket: names.sourceBucket });
  const state = openBucket(clients, { namespace: names.namespace, bucket: names.stateBucket });
  const records = ociRecords(state);
  const uploads = ociUploads(source);
  const manifestsOf = ({ app, id }: BuildKey): string => `manifests/${app}/${id}.yaml`;
  return {
    records,
    uploads,
    heads: ociHeads(state),
    slots: ociSlots(state),
    find: async (key) => found(await records.findDone(key)) ?? found(await records.findActive(key)),
    ids: async (app) => {
      const active = (await records.listActive(app)).map(({ id }) => id);
      return [...new Set([...(await records.listDone(app)), ...active])].sort();
    },
    apps: async () => appsOf(await state.names('done/'), await state.names('active/')),
    put: (object, file) => put(source, { object, file, uploads }),
    putAgain: (upload) => putAgain(source, { upload, uploads }),
    chunks: async ({ app, id }, from) => {
      const chunks = await state.names(`logs/${app}/${id}/`, from);
      return chunks.filter((name) => name !== from);
    },
    readChunk: async (name) => (await state.findText(name, CHUNK_LIMIT_BYTES)) ?? '',
    cancel: async (key, by) => {
      await askToCancel(state, { key, by, at: new Date() });
      await nudge(state, key);
    },
    rollBack: async (build, from) => {
      const manifests = await state.findText(manifestsOf(from), MANIFESTS_LIMIT_BYTES);
      if (manifests !== undefined) await state.put(manifestsOf(build), manifests);
      const isNew = (await records.create(build)) !== undefined;
      await nudge(state, build);
      return isNew;
    },
    readManifests: (key) => state.findText(manifestsOf(key), MANIFESTS_LIMIT_BYTES),
    readPlan: ({ app, id }) => state.findText(`plans/${app}/${id}`, MANIFESTS_LIMIT_BYTES),
  };
}

function found(record: Found | undefined): Build | undefined {
  return record?.build;
}

function appsOf(...names: string[][]): string[] {
  return [...new Set(names.flat().map((name) => name.split('/')[1] ?? ''))].filter(Boolean).sort();
}

/** Anything under results/ has poll-build look at the build now, rather than at its next tick. */
async function nudge(state: Bucket, { app, id }: BuildKey): Promise<void> {
  await state.put(`results/${app}/${id}/0`, '');
}

async function put(
  source: Bucket,
  { object, file, uploads }: { object: string; file: string; uploads: Uploads },
): Promise<Upload> {
  const { size } = await stat(file);
  return send(source, { object, body: createReadStream(file), bytes: size, uploads });
}

async function putAgain(
  source: Bucket,
  { upload, uploads }: { upload: Upload; uploads: Uploads },
): Promise<Upload> {
  const client = await source.clients.objectStorage();
  const { versionId, object, bytes } = upload;
  const version = versionId === undefined ? {} : { versionId };
  const get = () => client.getObject({ ...at(source), objectName: object, ...version });
  // Our transport's body: Node's stream (transport.ts).
  const body = (await callingOnce(`reading ${object}`, get)).value as Readable;
  return send(source, { object, body, bytes, uploads });
}

/** A stream is sent once: a broken upload is the user's to repeat, and leaves nothing. */
async function send(
  source: Bucket,
  { object, body, bytes, uploads }: { object: string; body: Readable; bytes: number; uploads: Uploads },
): Promise<Upload> {
  const client = await source.clients.objectStorage();
  const request = { ...at(source), objectName: object, putObjectBody: body, contentLength: bytes };
  const { eTag } = await callingOnce(`uploading ${source.name.bucket}/${object}`, () =>
    client.putObject(request),
  );
  const upload = await uploads.find(object, eTag);
  return upload ?? { object, eTag, uploadedAt: new Date().toISOString(), bytes };
}

function at(bucket: Bucket): { namespaceName: string; bucketName: string } {
  return { namespaceName: bucket.name.namespace, bucketName: bucket.name.bucket };
}
