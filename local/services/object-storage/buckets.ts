// The buckets: those the twin declares, and those made over the API.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Region, TwinResource } from '../../types.ts';
import { bucketRows, versioningOf } from './bucket-rows.ts';

export type Versioning = 'Disabled' | 'Enabled' | 'Suspended';

export interface Bucket {
  readonly name: string;
  readonly id: string;
  readonly compartmentId: string;
  readonly eTag: string;
  readonly versioning: Versioning;
  readonly objectEventsEnabled: boolean;
  readonly createdBy: string;
  readonly timeCreated: string;
  /** Kept and sent back, without a meaning here: tags, metadata, storage tier, … */
  readonly details: Readonly<Record<string, unknown>>;
  /** The lifecycle policy, as JSON; undefined when there is none. */
  readonly lifecycle: string | undefined;
}

/** What may be said of a bucket when it is made or changed. */
export type BucketChange = Partial<
  Pick<Bucket, 'versioning' | 'objectEventsEnabled' | 'compartmentId' | 'details' | 'lifecycle'>
>;

export interface Buckets {
  find(name: string): Bucket | undefined;
  list(compartmentId: string): Bucket[];
  all(): Bucket[];
  create(bucket: Omit<Bucket, 'id' | 'eTag' | 'timeCreated' | 'lifecycle'>): Bucket;
  change(bucket: Bucket, change: BucketChange): Bucket;
  remove(bucket: Bucket): void;
  /** Takes over what the twin says; buckets keep their objects, ETags and ids. */
  followTwin(): void;
  removeForeign(): void;
}

export function bucketsOf(region: Region): Buckets {
  const rows = bucketRows(region.database);
  return {
    find: rows.find,
    list: rows.list,
    all: rows.all,
    create(bucket) {
      const made = {
        ...bucket,
        id: `ocid1.bucket.oc1.${region.name}.${randomBytes(30).toString('hex')}`,
        eTag: randomUUID(),
        timeCreated: region.now().toISOString(),
        lifecycle: undefined,
      };
      return rows.write(made, { isFromTwin: false });
    },
    change(bucket, change) {
      const changed = { ...bucket, ...change, eTag: randomUUID() };
      return rows.write(changed, { isFromTwin: rows.isFromTwin(bucket.name) });
    },
    remove: ({ name }) => rows.remove(name),
    followTwin() {
      for (const resource of region.twin.of('oci_objectstorage_bucket')) {
        const declared = declaredBucket(region, resource);
        rows.write({ ...declared, ...kept(rows.find(declared.name)) }, { isFromTwin: true });
      }
    },
    removeForeign: () => region.database.exec('DELETE FROM storage_bucket WHERE from_twin = 0'),
  };
}

/** What a bucket that is there already does not take from the twin. */
function kept(bucket: Bucket | undefined): Partial<Bucket> {
  if (!bucket) return {};
  const { eTag, timeCreated, lifecycle } = bucket;
  return { eTag, timeCreated, lifecycle };
}

function declaredBucket(region: Region, { values, name }: TwinResource): Bucket {
  const text = (field: string, otherwise: string): string => {
    const value = values[field];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  return {
    name: text('name', name),
    id: text(
      'bucket_id',
      `ocid1.bucket.oc1.${region.name}.${Buffer.from(text('name', name)).toString('hex')}`,
    ),
    compartmentId: text('compartment_id', region.compartmentId),
    eTag: text('etag', randomUUID()),
    versioning: versioningOf(values.versioning) ?? 'Disabled',
    objectEventsEnabled: values.object_events_enabled === true,
    createdBy: text('created_by', region.tenancyId),
    timeCreated: region.now().toISOString(),
    details: {
      metadata: values.metadata ?? {},
      freeformTags: values.freeform_tags ?? {},
      definedTags: values.defined_tags ?? {},
    },
    lifecycle: undefined,
  };
}
