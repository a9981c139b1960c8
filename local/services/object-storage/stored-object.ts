// An object as it is kept, and as a writer brings it.
import type { Segment } from './bodies.ts';
import type { Description } from './description.ts';

/** What a writer brings; the rest is made when it is stored. */
export interface NewObject extends Description {
  readonly name: string;
  readonly size: number;
  /** Base64; empty for an object put together from parts, which has `multipartMd5`. */
  readonly md5: string;
  readonly multipartMd5: string | undefined;
  readonly segments: readonly Segment[];
}

export interface StoredObject extends NewObject {
  readonly seq: number;
  readonly bucket: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  /** A delete marker: the latest version of a name that reads as absent. */
  readonly isMarker: boolean;
  /** Written while versioning was on; such a version is never replaced, only deleted by its id. */
  readonly isKept: boolean;
  readonly eTag: string;
  readonly timeCreated: string;
  readonly timeModified: string;
}
