// Object Storage (API without a version): buckets, objects, versions, uploads, copies, lifecycle policies.
import type { Region, Route, Service } from '../../types.ts';
import { bucketRoutes } from './bucket-routes.ts';
import { copyRoutes } from './copy-routes.ts';
import { declaredLifecycle, playLifecycles } from './lifecycle-play.ts';
import { lifecycleRoutes } from './lifecycle-routes.ts';
import { listRoutes } from './list-routes.ts';
import { multipartRoutes } from './multipart-routes.ts';
import { objectRoutes } from './object-routes.ts';
import { openStorage, type Storage } from './storage.ts';
import { storeTwinObjects } from './twin-objects.ts';
import { workRequestRoutes } from './work-request-routes.ts';

/** OCI plays lifecycle policies about once a day; every hour costs nothing here. */
const LIFECYCLE_MS = 60 * 60 * 1000;

export function objectStorage(region: Region): Service {
  // A region may run without Events: then nobody wants to know. Events is made later and takes this over.
  region.wiring.publish = () => {};
  const storage = openStorage(region);
  storage.buckets.followTwin();
  followTwinLifecycles(storage);
  sweepBodies(storage);
  let clock: NodeJS.Timeout | undefined;
  return {
    name: 'object-storage',
    routes: routesOf(storage),
    async start() {
      await storeTwinObjects(storage);
      storage.copies.resume();
      playLifecycles(storage);
      clock = setInterval(() => playLifecycles(storage), LIFECYCLE_MS).unref();
    },
    async stop() {
      clearInterval(clock);
      storage.copies.stop();
    },
    async reset() {
      forgetAll(storage);
      await storeTwinObjects(storage);
    },
  };
}

function routesOf(storage: Storage): Route[] {
  return [
    ...bucketRoutes(storage),
    ...objectRoutes(storage),
    ...listRoutes(storage),
    ...multipartRoutes(storage),
    ...copyRoutes(storage),
    ...workRequestRoutes(storage),
    ...lifecycleRoutes(storage),
  ];
}

function followTwinLifecycles({ region, buckets }: Storage): void {
  for (const resource of region.twin.of('oci_objectstorage_object_lifecycle_policy')) {
    const { bucket, lifecycle } = declaredLifecycle(resource);
    const found = buckets.find(bucket);
    if (found && found.lifecycle === undefined) buckets.change(found, { lifecycle });
  }
}

/** A kill between the bytes and their row leaves files that nobody names. */
function sweepBodies({ region, bodies }: Storage): void {
  const sql = `SELECT json_extract(value, '$.file') AS file FROM storage_object, json_each(segments)
    UNION ALL SELECT json_extract(value, '$.file') FROM storage_part, json_each(segments)`;
  const used = new Set(
    region.database
      .prepare(sql)
      .all()
      .map((row) => String(row.file)),
  );
  bodies.sweep((file) => used.has(file));
}

/** What the twin declares stays; the bytes go with the next sweep, done here at once. */
function forgetAll(storage: Storage): void {
  storage.region.database.exec(
    'DELETE FROM storage_object; DELETE FROM storage_upload; DELETE FROM storage_work_request',
  );
  storage.buckets.removeForeign();
  storage.buckets.followTwin();
  sweepBodies(storage);
}
