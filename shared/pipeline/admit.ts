// admit: one upload becomes one record. The same upload again, by whichever door, is a no-op.
import type { Build, Origin, Phase } from '../build/build.ts';
import { APPLY_SECONDS } from '../build/decide-building.ts';
import { appOfObject, buildId } from '../build/id.ts';
import { after } from '../build/retry.ts';
import type { Found, Ports, Upload } from './ports.ts';

/** Longer names are refused: a record repeats the name, percent-encoded, within 2 KB. */
const NAME_LIMIT_BYTES = 480;

/** What reading the tarball gave. */
export type Judged =
  | { readonly kind: 'rejected'; readonly rule: string; readonly path?: string; readonly detail: string }
  | {
      readonly kind: 'accepted';
      readonly namespace: string;
      readonly policy: 'supersede' | 'queue';
      readonly rolloutSeconds: number;
      readonly onFailure: 'rollback' | 'keep';
      readonly shrink: boolean;
      /** Deploy this; nothing is built. */
      readonly image?: string;
      /** Plain YAML, when the tarball (or the image alone) settles it; else galley-build writes it. */
      readonly manifests?: string;
    };

export interface Door {
  readonly ports: Ports;
  readonly namespace: string;
  readonly bucket: string;
  /** Reads the stream once, with bounded memory. */
  judge(app: string, stream: AsyncIterable<Uint8Array>): Promise<Judged>;
}

/** @returns the record as it was written (a rejected one is finished: its ETag is empty), or undefined when one was there already */
export async function admit(
  upload: Upload,
  { ports, namespace, bucket, judge }: Door,
): Promise<Found | undefined> {
  const app = appOfObject(upload.object);
  if (app === undefined) return undefined;
  const id = buildId({ namespace, bucket, object: upload.object, eTag: upload.eTag }, upload.uploadedAt);
  const key = { app, id };
  const known = await Promise.all([ports.records.findActive(key), ports.records.findDone(key)]);
  if (known.some((record) => record !== undefined)) return undefined;
  const judged = isNameTooLong(upload.object)
    ? nameTooLong()
    : await judge(app, await ports.uploads.open(upload));
  if (judged.kind === 'accepted' && judged.manifests !== undefined)
    await ports.texts.writeManifests(key, judged.manifests);
  const build = recordOf(upload, { key, judged, now: ports.now() });
  if (build.state === 'rejected') {
    // Straight to done/: in active/ it would for a moment look like a newer build that others give way to.
    await ports.records.finish(build);
    ports.log('upload rejected', { app, build: id, rule: build.rule });
    return { build, eTag: '' };
  }
  const eTag = await ports.records.create(build);
  ports.log(eTag === undefined ? 'upload was admitted already' : 'upload admitted', {
    app,
    build: id,
    state: build.state,
  });
  return eTag === undefined ? undefined : { build, eTag };
}

function recordOf(
  upload: Upload,
  { key, judged, now }: { key: { app: string; id: string }; judged: Judged; now: Date },
): Build {
  const options = judged.kind === 'accepted' ? judged : DEFAULTS;
  const origin: Origin = {
    ...key,
    object: isNameTooLong(upload.object) ? `${[...upload.object].slice(0, 60).join('')}…` : upload.object,
    eTag: upload.eTag,
    ...(upload.versionId === undefined ? {} : { versionId: upload.versionId }),
    uploadedAt: upload.uploadedAt,
    namespace: judged.kind === 'accepted' ? judged.namespace : key.app,
    policy: options.policy,
    rolloutSeconds: options.rolloutSeconds,
    onFailure: options.onFailure,
    ...(options.shrink ? { shrink: true } : {}),
  };
  return { ...origin, since: now.toISOString(), ...firstPhase(judged, now) };
}

const DEFAULTS = { policy: 'supersede', rolloutSeconds: 300, onFailure: 'rollback', shrink: false } as const;

function firstPhase(judged: Judged, now: Date): Phase {
  if (judged.kind === 'rejected') {
    const { rule, path, detail } = judged;
    return { state: 'rejected', rule, detail, ...(path === undefined || path === '' ? {} : { path }) };
  }
  if (judged.image === undefined) return { state: 'queued', attempt: 0, reason: 'waits for a build slot' };
  return { state: 'pushed', attempt: 0, image: judged.image, applyBy: after(now, APPLY_SECONDS) };
}

function isNameTooLong(object: string): boolean {
  return encodeURIComponent(object.toWellFormed()).length > NAME_LIMIT_BYTES;
}

function nameTooLong(): Judged {
  const detail = `The object's name is over ${NAME_LIMIT_BYTES} bytes when percent-encoded. Upload it under a shorter one.`;
  return { kind: 'rejected', rule: 'name-too-long', detail };
}
