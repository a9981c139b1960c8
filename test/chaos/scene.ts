// What happens in a run: uploads, and kills among them, in an order and at moments that the seed decides.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigFileAuthenticationDetailsProvider } from 'oci-common';
import { buildId } from '../../shared/build/id.ts';
import { createDesk, type Desk } from '../../shared/oci/desk.ts';
import { tarball } from '../helpers/tarballs.ts';
import { type Random, seeded } from '../simulation/random.ts';
import type { Uploaded } from './judged.ts';
import { hunt, KILLS, type Kill, REGION } from './kills.ts';
import { type RegionProcess, type RegionSettings, startRegionProcess } from './region.ts';

const APPS = ['red', 'blue'];
const UPLOADS = 4;
const KILLS_EACH = 4;
const PAUSE_MS = 2500;

export interface Scene {
  readonly settings: RegionSettings;
  readonly random: Random;
  readonly uploads: Uploaded[];
  readonly kills: string[];
  readonly hunts: Promise<void>[];
  /** Aborted when there is nothing left to be killed. */
  readonly over: AbortController;
  region: RegionProcess;
}

/** Small layers: every region has a registry of its own, and would be busy with the base image's. Ends when told to. */
function smallApp(text: string): Record<string, string> {
  const serve = "trap 'exit 0' TERM; httpd -f -p 8080 -h /www & wait";
  const lines = ['FROM busybox', 'COPY index.html /www/', 'USER 1000', 'EXPOSE 8080'];
  return {
    'galley.yaml': 'service: {type: LoadBalancer}\n',
    Dockerfile: `${[...lines, `CMD ${JSON.stringify(['sh', '-c', serve])}`].join('\n')}\n`,
    'index.html': text,
  };
}

/** Ends with an upload: what is hunted then has its moment yet to come. */
export async function act(scene: Scene): Promise<void> {
  const { random } = scene;
  const order = [...Array<'upload'>(UPLOADS - 2).fill('upload'), ...Array<'kill'>(KILLS_EACH).fill('kill')];
  const shuffled = order.map((what) => ({ what, at: random.next() })).sort((a, b) => a.at - b.at);
  await upload(scene);
  for (const { what } of shuffled) {
    await sleep(random.below(PAUSE_MS));
    if (what === 'upload') await upload(scene);
    else await kill(scene, random.pick(KILLS));
  }
  await upload(scene);
}

/** The region's death is waited for; for the others their moment comes while the scene goes on. */
async function kill(scene: Scene, one: Kill | undefined): Promise<void> {
  const { settings, region, over } = scene;
  if (one === undefined) return;
  const { endpoint } = region.description;
  if (one.name === REGION) {
    await region.kill();
    scene.kills.push(REGION);
    scene.region = await startRegionProcess({ ...settings, port: Number(new URL(endpoint).port) });
    return;
  }
  const place = { directory: settings.directory, endpoint };
  const random = seeded(scene.random.below(2 ** 31));
  const hunting = hunt(one, { place, random, signal: over.signal });
  const hunted = hunting.then((killed) => {
    if (killed !== undefined) scene.kills.push(killed);
  });
  scene.hunts.push(hunted);
  // Told to whoever waits for the hunts; a run that failed before does not.
  hunted.catch(() => undefined);
}

export function deskOf({ region }: Scene): Desk {
  const { endpoint, namespace, sourceBucket, stateBucket, ociConfig } = region.description;
  const provider = new ConfigFileAuthenticationDetailsProvider(ociConfig, 'DEFAULT');
  return createDesk(
    { provider, region: 'eu-frankfurt-1', endpoint },
    { namespace, sourceBucket, stateBucket },
  );
}

async function upload(scene: Scene): Promise<void> {
  const number = scene.uploads.length;
  const app = APPS[number % APPS.length] ?? '';
  const text = `${app} ${number}`;
  const file = join(scene.settings.directory, `upload-${number}.tar.gz`);
  writeFileSync(file, await tarball(smallApp(text)));
  const { namespace, sourceBucket: bucket } = scene.region.description;
  const sent = await deskOf(scene).put(`apps/${app}/source.tar.gz`, file);
  const id = buildId({ namespace, bucket, object: sent.object, eTag: sent.eTag }, sent.uploadedAt);
  scene.uploads.push({ key: { app, id }, text });
}
