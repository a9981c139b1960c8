// Plays the lifecycle policies: what is old enough goes.
import type { Principal, Region, TwinResource } from '../../types.ts';
import type { Bucket } from './buckets.ts';
import { isNamed, isOlderThan, type LifecycleRule, parseRule } from './lifecycle.ts';
import { bucketTarget, type Storage } from './storage.ts';

interface Aged {
  readonly name: string;
  readonly versionId: string;
  readonly since: string;
}

/** Plays every enabled rule of every bucket once. A bucket the service has no rights in is left alone, and said. */
export function playLifecycles(storage: Storage): void {
  for (const bucket of storage.buckets.all()) {
    const rules = rulesOf(bucket).filter(({ isEnabled }) => isEnabled);
    if (rules.length === 0) continue;
    if (!serviceMayDelete(storage.region, bucket)) {
      storage.region.log(
        'the lifecycle policy of a bucket has no effect: no policy lets the service delete',
        {
          bucket: bucket.name,
          service: serviceOf(storage.region).id,
        },
      );
      continue;
    }
    for (const rule of rules) playRule(storage, bucket, rule);
  }
}

export function rulesOf({ lifecycle }: Bucket): LifecycleRule[] {
  return lifecycle === undefined ? [] : JSON.parse(lifecycle).items.map(parseRule);
}

function playRule(storage: Storage, bucket: Bucket, rule: LifecycleRule): void {
  const { region, uploads, objects } = storage;
  const isDue = ({ name, since }: { name: string; since: string }): boolean =>
    isNamed(name, rule.filter) && isOlderThan(rule.days, { since, now: region.now() });
  if (rule.target === 'multipart-uploads') {
    const due = uploads.of(bucket.name).filter((one) => isDue({ name: one.object, since: one.timeCreated }));
    for (const { id } of due) uploads.end(id, []);
    return;
  }
  const isPrevious = rule.target === 'previous-object-versions';
  const aged = isPrevious ? previousVersions(region, bucket.name) : latestVersions(region, bucket.name);
  for (const { name, versionId } of aged.filter(isDue)) {
    objects.remove(bucket, { name, versionId: isPrevious ? versionId : undefined, ifMatch: undefined });
  }
}

function latestVersions({ database }: Region, bucket: string): Aged[] {
  const sql = `SELECT name, version_id, time_modified AS since FROM storage_object
    WHERE bucket = ? AND is_latest = 1 AND is_marker = 0`;
  return database.prepare(sql).all(bucket).map(agedOf);
}

/** A previous version ages from the moment the next one took its place. */
function previousVersions({ database }: Region, bucket: string): Aged[] {
  const sql = `SELECT name, version_id, since FROM (
      SELECT name, version_id, is_latest, lead(time_created) OVER (PARTITION BY name ORDER BY seq) AS since
      FROM storage_object WHERE bucket = ?
    ) WHERE is_latest = 0 AND since IS NOT NULL`;
  return database.prepare(sql).all(bucket).map(agedOf);
}

function agedOf(row: Readonly<Record<string, unknown>>): Aged {
  return { name: String(row.name), versionId: String(row.version_id), since: String(row.since) };
}

/** The service deletes in its own name (facts iam 6). */
export function serviceMayDelete(region: Region, bucket: Bucket): boolean {
  const target = bucketTarget(bucket, '*');
  return region.wiring.isAllowed(serviceOf(region), 'DeleteObject', target);
}

/** Object Storage acting by itself: copies and lifecycle policies. */
export function serviceOf({ name, tenancyId }: Region): Principal {
  return {
    kind: 'service',
    id: `objectstorage-${name}`,
    type: 'service',
    compartmentId: tenancyId,
    tenancyId,
  };
}

/** The policy of a twin's `oci_objectstorage_object_lifecycle_policy`, in the API's spelling. */
export function declaredLifecycle({ values }: TwinResource): { bucket: string; lifecycle: string } {
  const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);
  const items = list(values.rules).map((rule) => {
    const filter = list(rule.object_name_filter)[0] ?? {};
    return {
      name: rule.name,
      action: rule.action,
      target: rule.target ?? 'objects',
      timeAmount: Number(rule.time_amount),
      timeUnit: rule.time_unit,
      isEnabled: rule.is_enabled,
      objectNameFilter: {
        inclusionPrefixes: filter.inclusion_prefixes ?? [],
        inclusionPatterns: filter.inclusion_patterns ?? [],
        exclusionPatterns: filter.exclusion_patterns ?? [],
      },
    };
  });
  return { bucket: String(values.bucket), lifecycle: JSON.stringify({ items }) };
}
