// A region with the whole pipeline deployed in it, and a developer's desk at it: what end-to-end tests stand on.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBundles } from '../../cli/region.ts';
import type { StartOptions } from '../../local/region.ts';
import { type Build, type BuildKey, isFinal } from '../../shared/build/build.ts';
import { buildId } from '../../shared/build/id.ts';
import { openBucket } from '../../shared/oci/bucket.ts';
import { createClients } from '../../shared/oci/clients.ts';
import { createDesk, type Desk } from '../../shared/oci/desk.ts';
import { startTestRegion, type TestRegion } from '../helpers/region.ts';
import { tarball } from '../helpers/tarballs.ts';

/** Ten times what it takes on a calm machine; a watchdog, not an expectation. */
const PATIENCE_MS = 240_000;

export interface Pipeline {
  readonly region: TestRegion;
  readonly desk: Desk;
  /** Uploads files as a tarball; the build it becomes. */
  upload(app: string, files: Readonly<Record<string, string>>, name?: string): Promise<BuildKey>;
  /** Uploads bytes as they are. */
  uploadBytes(app: string, bytes: Buffer, name?: string): Promise<BuildKey>;
  /** Waits for the final state. */
  ended(key: BuildKey): Promise<Build>;
  /** Waits until the build is seen as asked; throws when it ends otherwise. */
  reached(key: BuildKey, isThere: (build: Build) => boolean): Promise<Build>;
  fault(fault: {
    name: string;
    where?: string;
    times?: number;
    value?: number;
    text?: string;
  }): Promise<void>;
  liftFaults(): Promise<void>;
  /** What the app answers at its endpoint. */
  answer(build: Build): Promise<string>;
  /** When the Build Instance said that an attempt was over: its image is pushed just before. */
  finishedAt(key: BuildKey, attempt: number): Promise<Date>;
  admin(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startPipeline(options: Partial<StartOptions>): Promise<Pipeline> {
  await buildBundles();
  const region = await startTestRegion({ pods: 'auto', clockSeconds: 2, agentSeconds: 0.2, ...options });
  const { endpoint, namespace, sourceBucket, stateBucket } = region.description;
  // Not the owner of the tenancy: whoever pushes has the rights that deploy/ gives to developers, and no more.
  const access = { provider: region.credentials('DEVELOPER'), region: region.region.name, endpoint };
  const desk = createDesk(access, { namespace, sourceBucket, stateBucket });
  const work = await mkdtemp(join(tmpdir(), 'galley-e2e-'));
  let count = 0;
  const uploadBytes = async (app: string, bytes: Buffer, name = 'source.tar.gz'): Promise<BuildKey> => {
    count += 1;
    const file = join(work, `${count}.tar.gz`);
    await writeFile(file, bytes);
    const upload = await desk.put(`apps/${app}/${name}`, file);
    const id = buildId(
      { namespace, bucket: sourceBucket, object: upload.object, eTag: upload.eTag },
      upload.uploadedAt,
    );
    return { app, id };
  };
  const admin = adminOf(endpoint);
  return {
    region,
    desk,
    uploadBytes,
    upload: async (app, files, name) => uploadBytes(app, await tarball(files), name),
    ended: (key) => waitFor(desk, key, { isThere: isFinal, region }),
    reached: (key, isThere) => waitFor(desk, key, { isThere, region }),
    fault: async (fault) => void (await admin('POST', '/_galley/faults', fault)),
    liftFaults: async () => void (await admin('DELETE', '/_galley/faults')),
    answer,
    finishedAt: async ({ app, id }, attempt) => {
      const clients = createClients(access);
      const state = openBucket(clients, { namespace, bucket: stateBucket });
      const text = await state.findText(`results/${app}/${id}/${attempt}`, 1_000_000);
      return new Date(JSON.parse(text ?? '{}').finishedAt);
    },
    admin,
    stop: async () => {
      await region.stop();
      await rm(work, { recursive: true, force: true });
    },
  };
}

function adminOf(endpoint: string): Pipeline['admin'] {
  return async (method, path, body) => {
    const request =
      body === undefined
        ? { method }
        : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${endpoint}${path}`, request);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

interface Wait {
  readonly isThere: (build: Build) => boolean;
  readonly region: TestRegion;
}

async function waitFor(desk: Desk, key: BuildKey, { isThere, region }: Wait): Promise<Build> {
  const deadline = Date.now() + PATIENCE_MS;
  let last: Build | undefined;
  while (Date.now() < deadline) {
    last = await desk.find(key);
    if (last !== undefined && isThere(last)) return last;
    if (last !== undefined && isFinal(last)) throw new Error(`ended as ${JSON.stringify(last)}`);
    await sleep(150);
  }
  const logs = await Promise.all(
    ['upload-trigger', 'poll-build', 'apply'].map((name) => functionLog(region, name)),
  );
  throw new Error(`${key.app}/${key.id} is still ${JSON.stringify(last)}\n${logs.join('\n')}`);
}

async function functionLog(region: TestRegion, name: string): Promise<string> {
  const response = await fetch(`${region.endpoint}/_galley/functions/${name}/log`);
  return `--- ${name}\n${(await response.text()).slice(-3000)}`;
}

async function answer(build: Build): Promise<string> {
  if (build.state !== 'deployed') throw new Error(`not deployed: ${JSON.stringify(build)}`);
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(build.endpoint, { signal: AbortSignal.timeout(10_000) });
      if (response.ok) return (await response.text()).trim();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error(`${build.endpoint} does not answer`);
    await sleep(100);
  }
}
