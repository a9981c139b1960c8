// Names of builds and apps: deterministic for one upload, sortable in upload order.
import { createHash } from 'node:crypto';
import type { BuildKey } from './build.ts';

/** DNS-1123 label; 40 characters leave room for the suffixes Kubernetes adds (63 in all). */
const APP = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;
const ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const UPLOAD = /^apps\/([^/]+)\/(.+\.(?:tar\.gz|tgz|tar))$/;

export interface UploadName {
  readonly namespace: string;
  readonly bucket: string;
  readonly object: string;
  readonly eTag: string;
}

/** `<upload time, UTC, seconds>-<8 hex of sha256(namespace/bucket/object/etag)>`. */
export function buildId(upload: UploadName, uploadedAt: string): string {
  const name = `${upload.namespace}/${upload.bucket}/${upload.object}/${upload.eTag}`;
  return `${stamp(uploadedAt)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** `2026-11-24T10:11:12.345Z` → `20261124T101112Z`. Throws on what is not a time. */
export function stamp(isoTime: string): string {
  return new Date(isoTime).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The second of the upload: what `stamp` made of its time. */
export function secondOf(id: string): Date {
  return new Date(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z'));
}

export function isBuildId(text: string): boolean {
  return ID.test(text);
}

export function isAppName(text: string): boolean {
  return APP.test(text);
}

/** The app an object belongs to, or undefined when the object is no upload. */
export function appOfObject(object: string): string | undefined {
  const app = UPLOAD.exec(object)?.[1];
  return app !== undefined && isAppName(app) ? app : undefined;
}

/** `<prefix>/<app>/<id>` → the build; undefined for any other name. */
export function keyOfObject(object: string): BuildKey | undefined {
  const [, app = '', last = ''] = object.split('/');
  const id = last.replace(/\.yaml$/, '');
  return isAppName(app) && isBuildId(id) ? { app, id } : undefined;
}

/** opc-retry-token and display name share one identity: a build's attempt. At most 64 characters (facts run-command §1.5). */
export function retryToken(key: BuildKey, attempt: number): string {
  return createHash('sha256').update(`${key.app}/${key.id}/${attempt}`).digest('hex');
}

export function commandName(key: BuildKey, attempt: number): string {
  return `galley ${key.app} ${key.id} ${attempt}`;
}
