// CopyObject: accepted at once, done a moment later as a work request (facts A.5).
import { randomBytes } from 'node:crypto';
import { atomically } from '../../transaction.ts';
import type { Region } from '../../types.ts';
import type { Conditions } from './conditions.ts';
import { describedIn } from './description.ts';
import { objectNotFound } from './errors.ts';
import { requireBucket, type Storage } from './storage.ts';
import type { NewObject, StoredObject } from './stored-object.ts';
import { type WorkRequests, workRequestsOf } from './work-requests.ts';

export interface Copy {
  readonly source: { readonly bucket: string; readonly name: string; readonly versionId: string | undefined };
  readonly sourceIfMatch: string | undefined;
  readonly destination: { readonly bucket: string; readonly name: string };
  readonly conditions: Conditions;
  /** Undefined: the source's. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

export interface Copies {
  readonly requests: WorkRequests;
  /** Queues the copy; answers the id of its work request. */
  accept(copy: Copy, compartmentId: string): string;
  /** Goes on with what was queued before a restart. */
  resume(): void;
  stop(): void;
}

type CopyStorage = Omit<Storage, 'copies'>;

export function copiesOf(storage: CopyStorage): Copies {
  const { region } = storage;
  const requests = workRequestsOf(region);
  const queued = new Set<NodeJS.Immediate>();
  const later = (id: string): void => {
    const handle = setImmediate(() => {
      queued.delete(handle);
      work(storage, requests, id);
    });
    queued.add(handle);
  };
  return {
    requests,
    accept(copy, compartmentId) {
      const id = `ocid1.objectstorageworkrequest.oc1.${region.name}.${randomBytes(30).toString('hex')}`;
      requests.accept({ id, compartmentId, copy });
      later(id);
      return id;
    },
    resume: () => requests.unfinished().forEach(later),
    stop() {
      for (const handle of queued) clearImmediate(handle);
    },
  };
}

/** A work request that a fault holds stays IN_PROGRESS for ever, also over a restart. */
function work(storage: CopyStorage, requests: WorkRequests, id: string): void {
  const request = requests.find(id);
  if (request?.status !== 'ACCEPTED') return;
  const { copy } = request;
  const where = `/n/${storage.region.namespace}/b/${copy.destination.bucket}/o/${copy.destination.name}`;
  atomically(storage.region.database, () => {
    requests.start(id);
    if (taken(storage.region, 'copy-stuck', copy, where)) return;
    try {
      if (taken(storage.region, 'copy-failed', copy, where))
        throw new Error('The copy failed: a planted fault.');
      copyNow(storage, copy);
      requests.finish(id, undefined);
    } catch (error) {
      requests.finish(id, error instanceof Error ? error.message : String(error));
    }
  });
}

/** The fault's `where` may be the object's name or its whole path. */
function taken({ faults }: Region, fault: string, copy: Copy, where: string): boolean {
  return (faults.take(fault, copy.destination.name) ?? faults.take(fault, where)) !== undefined;
}

/** The object a copy reads. Throws 404 `ObjectNotFound`. */
export function sourceOf(
  { objects }: CopyStorage,
  { bucket, name, versionId }: Copy['source'],
): StoredObject {
  const source =
    versionId === undefined ? objects.find(bucket, name) : objects.findVersion(bucket, name, versionId);
  if (!source || source.isMarker) throw objectNotFound(bucket, name);
  return source;
}

function copyNow(storage: CopyStorage, copy: Copy): StoredObject {
  const { region, bodies, objects } = storage;
  const source = sourceOf(storage, copy.source);
  const bucket = requireBucket(storage, region.namespace, copy.destination.bucket);
  const described = copy.metadata
    ? describedIn({ headers: source.headers, metadata: copy.metadata, storageTier: source.storageTier })
    : { headers: source.headers, metadata: source.metadata, storageTier: source.storageTier };
  const { size, md5, multipartMd5 } = source;
  const segments = bodies.link(source.segments);
  const made: NewObject = { ...described, size, md5, multipartMd5, segments, name: copy.destination.name };
  try {
    return objects.put(bucket, made, copy.conditions);
  } catch (error) {
    bodies.remove(segments);
    throw error;
  }
}
