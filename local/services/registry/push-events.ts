// Image pushes become events: told by the registry at once, and found on disk when that word was lost.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { atomically } from '../../transaction.ts';
import type { CloudEvent, Region } from '../../types.ts';
import { repositoryName } from './access.ts';
import type { Image, Repositories } from './repositories.ts';

/** Of a notification of Docker's registry (facts: local-engines 2). Other actions and blobs are left out. */
interface Notification {
  readonly action: string;
  readonly target: {
    readonly mediaType?: string;
    readonly repository?: string;
    readonly digest?: string;
    readonly tag?: string;
  };
}

const MANIFEST = /manifest|image\.index/;

/** Takes the body of a notification; publishes one event per image that is new or has a new digest. */
export function takeNotifications(region: Region, repositories: Repositories, body: unknown): void {
  for (const { action, target } of eventsOf(body)) {
    const name = repositoryName(region, target.repository ?? '');
    if (action !== 'push' || !MANIFEST.test(target.mediaType ?? '') || !name || !target.digest) continue;
    const version = target.tag ?? target.digest;
    notePush(region, repositories, {
      repository: name,
      version,
      digest: target.digest,
      pushedAt: region.now(),
    });
  }
}

function eventsOf(body: unknown): readonly Notification[] {
  if (typeof body !== 'object' || body === null || !('events' in body)) return [];
  return Array.isArray(body.events) ? body.events : [];
}

/** The note and the event are committed together: a kill loses both, and `findPushes` sees it at the next start. */
function notePush(region: Region, repositories: Repositories, image: Image): void {
  atomically(region.database, () => {
    if (!repositories.push(image)) return;
    if (region.faults.take('push-event-lost', image.repository)) return;
    region.wiring.publish(pushEvent(region, repositories, image));
  });
}

function pushEvent(region: Region, repositories: Repositories, image: Image): CloudEvent {
  const compartmentId = repositories.find(image.repository)?.compartmentId ?? region.tenancyId;
  const separator = image.version.startsWith('sha256:') ? '@' : ':';
  return {
    eventType: 'com.oraclecloud.artifacts.uploaddockerimage',
    cloudEventsVersion: '0.1',
    eventTypeVersion: '2.0',
    source: 'OCIRegistry',
    eventID: randomUUID(),
    eventTime: image.pushedAt.toISOString(),
    contentType: 'application/json',
    data: {
      compartmentId,
      compartmentName: 'galley',
      resourceName: `${image.repository}${separator}${image.version}`,
      resourceId: imageId(region, image),
      availabilityDomain: '',
      additionalDetails: { path: `${region.namespace}/${image.repository}`, digest: image.digest },
    },
    extensions: { compartmentId },
  };
}

/** A stable OCID of an image's version. */
export function imageId(region: Region, { repository, version, digest }: Image): string {
  const unique = createHash('sha256').update(`${repository}\n${version}\n${digest}`).digest('hex');
  return `ocid1.containerimage.oc1.${region.name}.${unique.slice(0, 60)}`;
}

/** Looks through the registry's storage for tags whose notification never came, as after a kill of the region. */
export async function findPushes(region: Region, repositories: Repositories, storage: string): Promise<void> {
  const root = join(storage, 'docker/registry/v2/repositories', region.namespace);
  if (!existsSync(root)) return;
  for (const entry of await readdir(root, { recursive: true })) {
    const match = /^(.+)\/_manifests\/tags\/([^/]+)\/current\/link$/.exec(entry);
    const [repository, version] = [match?.[1], match?.[2]];
    if (repository === undefined || version === undefined) continue;
    const digest = (await readFile(join(root, entry), 'utf8')).trim();
    const pushedAt = (await stat(join(root, entry))).mtime;
    notePush(region, repositories, { repository, version, digest, pushedAt });
  }
}
