// One chaos run: uploads, and kill -9 at random moments to everything that runs; then all must have come right.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigFileAuthenticationDetailsProvider } from 'oci-common';
import { type Build, type BuildKey, isFinal } from '../../shared/build/build.ts';
import { buildId } from '../../shared/build/id.ts';
import { createDesk, type Desk } from '../../shared/oci/desk.ts';
import { tarball, webApp } from '../helpers/tarballs.ts';
import { type Random, seeded } from '../simulation/random.ts';
import { KILLS, type Kill } from './kills.ts';
import { leftovers } from './leftovers.ts';
import { type RegionProcess, startRegionProcess } from './region.ts';

const APPS = ['red', 'blue'];
const UPLOADS = 3;
const KILLS_EACH = 4;
/** Three attempts with their backoff, on a busy machine. */
const PATIENCE_MS = 300_000;

export interface ChaosReport {
  readonly seed: number;
  /** What was killed, in order. */
  readonly kills: readonly string[];
  /** What is wrong; empty when everything came right. */
  readonly problems: readonly string[];
  readonly states: readonly string[];
  readonly seconds: number;
}

interface Scene {
  readonly directory: string;
  readonly random: Random;
  readonly keys: { key: BuildKey; text: string }[];
  readonly kills: string[];
  region: RegionProcess;
}

export async function chaosRun(seed: number): Promise<ChaosReport> {
  const started = Date.now();
  const directory = mkdtempSync(join(tmpdir(), 'galley-chaos-'));
  const scene: Scene = {
    directory,
    random: seeded(seed),
    keys: [],
    kills: [],
    region: await startRegionProcess(directory, 0),
  };
  const problems: string[] = [];
  let states: string[] = [];
  try {
    await act(scene);
    const builds = await allEnded(scene);
    states = builds.map(
      (build) =>
        `${build.app}/${build.id} ${build.state}${build.state === 'failed' ? ` ${JSON.stringify(build)}` : ''}`,
    );
    problems.push(...(await judged(scene, builds)));
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await scene.region.stop();
  }
  problems.push(...(await leftovers(directory)));
  rmSync(directory, { recursive: true, force: true });
  return { seed, kills: scene.kills, problems, states, seconds: (Date.now() - started) / 1000 };
}

/** Uploads and kills, in an order and at moments that the seed decides. */
async function act(scene: Scene): Promise<void> {
  const { random } = scene;
  const order = [...Array<'upload'>(UPLOADS).fill('upload'), ...Array<'kill'>(KILLS_EACH).fill('kill')];
  const shuffled = order.map((what) => ({ what, at: random.next() })).sort((a, b) => a.at - b.at);
  await upload(scene, 0);
  for (const [index, { what }] of shuffled.entries()) {
    await sleep(random.below(2500));
    if (what === 'upload') await upload(scene, index + 1);
    else await kill(scene, random.pick(KILLS));
  }
}

async function kill(scene: Scene, one: Kill | undefined): Promise<void> {
  if (one === undefined) return;
  scene.kills.push(one.name);
  if (one.name === 'region') {
    const port = Number(new URL(scene.region.description.endpoint).port);
    await scene.region.kill();
    scene.region = await startRegionProcess(scene.directory, port);
    return;
  }
  await one.kill({ directory: scene.directory, endpoint: scene.region.description.endpoint });
}

function deskOf({ region }: Scene): Desk {
  const { endpoint, namespace, sourceBucket, stateBucket, ociConfig } = region.description;
  const provider = new ConfigFileAuthenticationDetailsProvider(ociConfig, 'DEFAULT');
  return createDesk(
    { provider, region: 'eu-frankfurt-1', endpoint },
    { namespace, sourceBucket, stateBucket },
  );
}

async function upload(scene: Scene, number: number): Promise<void> {
  const app = APPS[number % APPS.length] ?? '';
  const text = `${app} ${number}`;
  const file = join(scene.directory, `upload-${number}.tar.gz`);
  writeFileSync(file, await tarball(webApp(text)));
  const { namespace, sourceBucket: bucket } = scene.region.description;
  const sent = await deskOf(scene).put(`apps/${app}/source.tar.gz`, file);
  const id = buildId({ namespace, bucket, object: sent.object, eTag: sent.eTag }, sent.uploadedAt);
  scene.keys.push({ key: { app, id }, text });
}

async function allEnded(scene: Scene): Promise<Build[]> {
  const deadline = Date.now() + PATIENCE_MS;
  const desk = deskOf(scene);
  for (;;) {
    const builds = await Promise.all(scene.keys.map(({ key }) => desk.find(key).catch(() => undefined)));
    const ended = builds.filter((build) => build !== undefined && isFinal(build));
    if (ended.length === scene.keys.length) return ended.filter((build) => build !== undefined);
    if (Date.now() > deadline) throw new Error(`not ended: ${JSON.stringify(builds)}`);
    await sleep(500);
  }
}

/** One record each; the newest upload of each app answers; nothing is held any more. */
async function judged(scene: Scene, builds: readonly Build[]): Promise<string[]> {
  const desk = deskOf(scene);
  const blamed = builds.filter((build) => build.state === 'failed' && build.fault === 'user');
  const problems = blamed.map((build) => `the user is blamed: ${JSON.stringify(build)}`);
  for (const app of new Set(scene.keys.map(({ key }) => key.app))) {
    const mine = scene.keys
      .filter(({ key }) => key.app === app)
      .sort((a, b) => (a.key.id < b.key.id ? -1 : 1));
    const newest = mine.at(-1);
    const ids = await desk.ids(app);
    if (ids.length !== mine.length) problems.push(`${app}: ${mine.length} uploads, records ${ids.join(' ')}`);
    const build = builds.find(({ id }) => id === newest?.key.id);
    if (build?.state !== 'deployed') problems.push(`${app}: the newest is ${JSON.stringify(build)}`);
    else if ((await answer(build.endpoint)) !== newest?.text)
      problems.push(`${app}: ${build.endpoint} does not answer "${newest?.text}"`);
    const head = (await desk.heads.read(app))?.head;
    if (head?.build !== newest?.key.id)
      problems.push(`${app}: the head is ${head?.build}, the newest ${newest?.key.id}`);
  }
  problems.push(...(await held(desk)));
  return problems;
}

/** Slots are given back when the sweep has seen the commands end: a tick or two later. */
async function held(desk: Desk): Promise<string[]> {
  for (let look = 0; look < 60; look += 1) {
    const slots = await desk.slots.list();
    const active = await desk.records.listActive();
    if (slots.length === 0 && active.length === 0) return [];
    await sleep(1000);
  }
  return ['slots or active records are left'];
}

async function answer(endpoint: string): Promise<string> {
  for (let look = 0; look < 60; look += 1) {
    const text = await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).then(
      (reply) => reply.text(),
      () => undefined,
    );
    if (text !== undefined) return text.trim();
    await sleep(1000);
  }
  return '';
}
