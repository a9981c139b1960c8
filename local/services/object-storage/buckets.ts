// The buckets: those the twin declares, and those made over the API.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Region, TwinResource } from '../../types.ts';

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

const COLUMNS = `name, id, compartment_id, e_tag, versioning, object_events, from_twin, created_by, time_created,
  details, lifecycle`;

export function bucketsOf(region: Region): Buckets {
  const { database } = region;
  const found = database.prepare('SELECT * FROM storage_bucket WHERE name = ?');
  const listed = database.prepare('SELECT * FROM storage_bucket WHERE compartment_id = ? ORDER BY name');
  const every = database.prepare('SELECT * FROM storage_bucket ORDER BY name');
  const written = database.prepare(
    `INSERT OR REPLACE INTO storage_bucket (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const removed = database.prepare('DELETE FROM storage_bucket WHERE name = ?');
  const write = (bucket: Bucket, isFromTwin: boolean): Bucket => {
    const { name, id, compartmentId, eTag, versioning, createdBy, timeCreated, details, lifecycle } = bucket;
    const flags = [Number(bucket.objectEventsEnabled), Number(isFromTwin)];
    const texts = [createdBy, timeCreated, JSON.stringify(details), lifecycle ?? null];
    written.run(name, id, compartmentId, eTag, versioning, ...flags, ...texts);
    return bucket;
  };
  const isFromTwin = (name: string): boolean => found.get(name)?.from_twin === 1;
  const find = (name: string): Bucket | undefined => {
    const row = found.get(name);
    return row && bucketOf(row);
  };
  return {
    find,
    list: (compartmentId) => listed.all(compartmentId).map(bucketOf),
    all: () => every.all().map(bucketOf),
    create: (bucket) =>
      write(
        {
          ...bucket,
          id: `ocid1.bucket.oc1.${region.name}.${randomBytes(30).toString('hex')}`,
          eTag: randomUUID(),
          timeCreated: region.now().toISOString(),
          lifecycle: undefined,
        },
        false,
      ),
    change: (bucket, change) => write({ ...bucket, ...change, eTag: randomUUID() }, isFromTwin(bucket.name)),
    remove: ({ name }) => void removed.run(name),
    followTwin() {
      for (const resource of region.twin.of('oci_objectstorage_bucket')) {
        const declared = declaredBucket(region, resource);
        write({ ...declared, ...kept(find(declared.name)) }, true);
      }
    },
    removeForeign: () => database.exec('DELETE FROM storage_bucket WHERE from_twin = 0'),
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

export function versioningOf(value: unknown): Versioning | undefined {
  return value === 'Disabled' || value === 'Enabled' || value === 'Suspended' ? value : undefined;
}

function bucketOf(row: Readonly<Record<string, unknown>>): Bucket {
  return {
    name: String(row.name),
    id: String(row.id),
    compartmentId: String(row.compartment_id),
    eTag: String(row.e_tag),
    versioning: versioningOf(row.versioning) ?? 'Disabled',
    objectEventsEnabled: row.object_events === 1,
    createdBy: String(row.created_by),
    timeCreated: String(row.time_created),
    details: JSON.parse(String(row.details)),
    lifecycle: typeof row.lifecycle === 'string' ? row.lifecycle : undefined,
  };
}
