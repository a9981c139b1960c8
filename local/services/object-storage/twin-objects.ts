// The objects a deployment brings along, such as the program of the Build Instance.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Region, TwinResource } from '../../types.ts';
import { describedIn } from './description.ts';
import { contentOf } from './object-routes.ts';
import { requireBucket, type Storage } from './storage.ts';

/** Stores what the twin's `oci_objectstorage_object` resources say, unless the same bytes are there already. */
export async function storeTwinObjects(storage: Storage): Promise<void> {
  for (const resource of storage.region.twin.of('oci_objectstorage_object'))
    await storeOne(storage, resource);
}

async function storeOne(storage: Storage, { values, name }: TwinResource): Promise<void> {
  const { region, objects, bodies } = storage;
  const content = contentIn(region, values);
  if (content === undefined) {
    region.log('an object of the twin is left out: its source is not there', {
      name,
      source: values.source,
    });
    return;
  }
  const bucket = requireBucket(storage, region.namespace, String(values.bucket));
  const object = String(values.object);
  const md5 = createHash('md5').update(content).digest('base64');
  if (objects.find(bucket.name, object)?.md5 === md5) return;
  const metadata = Object.entries(values.metadata ?? {}).map(([key, value]) => [`opc-meta-${key}`, value]);
  const type = values.content_type;
  const description = describedIn({
    headers: typeof type === 'string' ? { 'content-type': type } : {},
    metadata: Object.fromEntries(metadata),
  });
  const body = await bodies.receive(Readable.from([content]), []);
  objects.put(bucket, { name: object, ...description, ...contentOf(body) }, {});
}

/** Text in the state itself, or a file: a bundle has the same name wherever Terraform was run. */
function contentIn({ options }: Region, { content, source }: TwinResource['values']): Buffer | undefined {
  if (typeof content === 'string') return Buffer.from(content);
  if (typeof source !== 'string') return undefined;
  const file = join(options.bundles, basename(source));
  return existsSync(file) ? readFileSync(file) : undefined;
}
