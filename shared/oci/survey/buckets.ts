// The two buckets, and the program of the Build Instance that lies in one of them.
import { ask, type Finding, failing, inCompartment, judged, ok } from './finding.ts';
import type { Place } from './place.ts';

const BUNDLE = 'system/galley-build.mjs';

export async function surveyBuckets(place: Place): Promise<Finding[]> {
  const { sourceBucket, stateBucket } = place;
  const looks = await Promise.all([
    bucket(place, { name: sourceBucket, isVersioned: true }),
    bucket(place, { name: stateBucket, isVersioned: false }),
    bundle(place),
  ]);
  return looks.flat();
}

/** Events start the functions; versions keep the bytes an event was about. State would pile versions up. */
async function bucket(
  { clients, namespace, compartmentId }: Place,
  { name, isVersioned }: { name: string; isVersioned: boolean },
): Promise<readonly Finding[]> {
  const what = `bucket ${name}`;
  const client = await clients.objectStorage();
  const get = () => client.getBucket({ namespaceName: namespace, bucketName: name });
  const { found, findings } = await ask(what, { get, right: inCompartment('BUCKET_READ', compartmentId) });
  if (found === undefined) return findings;
  const { objectEventsEnabled, versioning = 'Disabled' } = found.bucket;
  const problems = [
    ...(objectEventsEnabled === true ? [] : ['object events are off: no upload or result starts anything']),
    ...((versioning === 'Enabled') === isVersioned ? [] : [`versioning is ${versioning}`]),
  ];
  const asked = isVersioned ? 'Enabled' : 'Suspended';
  return [
    judged(what, {
      problems,
      detail: `events on, ${isVersioned ? 'versioned' : 'not versioned'}`,
      mend: `oci os bucket update --name ${name} --object-events-enabled true --versioning ${asked}`,
    }),
  ];
}

/** cloud-init fetches it; without it the Build Instance has nothing to run. */
async function bundle({
  clients,
  namespace,
  stateBucket,
  compartmentId,
}: Place): Promise<readonly Finding[]> {
  const what = `object ${stateBucket}/${BUNDLE}`;
  const client = await clients.objectStorage();
  const names = { namespaceName: namespace, bucketName: stateBucket };
  const { found, findings } = await ask(what, {
    get: () => client.listObjects({ ...names, prefix: BUNDLE, fields: 'name,size' }),
    right: inCompartment('OBJECT_INSPECT', compartmentId),
  });
  if (found === undefined) return findings;
  const object = found.listObjects.objects.find(({ name }) => name === BUNDLE);
  const mend = 'npm run build, then terraform apply: it uploads the program of the Build Instance';
  if (object === undefined) return [failing(what, { detail: 'not there', mend })];
  return [ok(what, `${Math.round((object.size ?? 0) / 1024)} KB`)];
}
