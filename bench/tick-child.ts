// Fills a region with builds and runs one tick over them, or sends it a storm of events; prints one line of JSON.
import { randomInt } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import pMap from 'p-map';
import { credentials } from '../cli/desk.ts';
import { pollBuild } from '../functions/poll-build/handle.ts';
import { uploadTrigger } from '../functions/upload-trigger/handle.ts';
import type { Build, Origin } from '../shared/build/build.ts';
import { BEHIND } from '../shared/build/decide-queued.ts';
import { buildId, commandName } from '../shared/build/id.ts';
import { after } from '../shared/build/retry.ts';
import { createClients } from '../shared/oci/clients.ts';
import { livePorts } from '../shared/oci/live.ts';
import type { Door } from '../shared/pipeline/admit.ts';
import { judge } from '../shared/pipeline/judge.ts';
import type { Upload } from '../shared/pipeline/ports.ts';
import type { Loop } from '../shared/pipeline/tasks.ts';
import { archive } from '../test/helpers/tarballs.ts';

export interface TickReport {
  readonly builds: number;
  readonly seconds: number;
  readonly calls: number;
  readonly megabytes: number;
  readonly records: number;
  readonly newest: boolean;
}

const [description = '', what = '', count = ''] = process.argv.slice(2);
const { endpoint, namespace, sourceBucket, stateBucket, ociConfig } = JSON.parse(description);
const CONCURRENCY = 16;
const APPS = 100;
const SLOTS_EACH = 2;
const state = JSON.parse(readFileSync(new URL('../local/default.tfstate.json', import.meta.url), 'utf8'));
const environment: Record<string, string> = state.outputs.galley_environment.value;
const compartmentId = environment.GALLEY_COMPARTMENT_ID ?? '';
const INSTANCES = (environment.GALLEY_BUILD_INSTANCE_ID ?? '').split(',');

const clients = createClients({
  provider: credentials(ociConfig),
  region: environment.GALLEY_REGION ?? '',
  endpoint,
});
const ports = livePorts({ namespace, sourceBucket, stateBucket, compartmentId }, { clients, log: () => {} });
const loop: Loop = {
  ports,
  limits: { deliverySeconds: 900, buildSeconds: 1800 },
  pool: { instances: INSTANCES, slotsEach: SLOTS_EACH },
};
const door: Door = { ports, namespace, bucket: sourceBucket, judge };

console.log(JSON.stringify(what === 'tick' ? await tick(Number(count)) : await events(Number(count))));

/** 2 × slots run, the rest wait in the queue behind older builds of their app, as they would after a burst. */
async function tick(builds: number): Promise<TickReport> {
  await pMap(
    Array.from({ length: builds }, (_, index) => index),
    write,
    { concurrency: CONCURRENCY },
  );
  let calls = 0;
  diagnostics.subscribe('http.client.request.start', () => {
    calls += 1;
  });
  const started = performance.now();
  const report = await pollBuild({}, { loop, door, until: new Date(Date.now() + 300_000) });
  const seconds = (performance.now() - started) / 1000;
  if ('errors' in report && report.errors.length > 0) throw new Error(report.errors.join('\n'));
  return {
    builds,
    seconds,
    calls,
    megabytes: process.resourceUsage().maxRSS / 1024,
    records: 0,
    newest: true,
  };
}

async function write(index: number): Promise<void> {
  const uploadedAt = new Date(Date.now() - 3_600_000 + index * 1000).toISOString();
  const app = `app-${index % APPS}`;
  const object = `apps/${app}/source-${index}.tar.gz`;
  const id = buildId({ namespace, bucket: sourceBucket, object, eTag: `e${index}` }, uploadedAt);
  const origin: Origin = {
    app,
    id,
    object,
    eTag: `e${index}`,
    uploadedAt,
    namespace: app,
    policy: 'queue',
    rolloutSeconds: 300,
    onFailure: 'rollback',
  };
  const since = new Date().toISOString();
  const slots = INSTANCES.length * SLOTS_EACH;
  await ports.records.create(
    index < slots ? await running({ ...origin, since }, index) : waiting({ ...origin, since }, index),
  );
}

function waiting(origin: Origin & { since: string }, index: number): Build {
  const full = `all ${INSTANCES.length * SLOTS_EACH} build slots are taken`;
  const reason = index < APPS ? full : BEHIND;
  return { ...origin, state: 'queued', attempt: 0, reason };
}

/** With a slot, and a command that waits for its agent. */
async function running(origin: Origin & { since: string }, number: number): Promise<Build> {
  const instance = INSTANCES[Math.floor(number / SLOTS_EACH)] ?? '';
  const slot = number % SLOTS_EACH;
  await ports.slots.claim(
    { instance, number: slot },
    { app: origin.app, id: origin.id, attempt: 1, since: origin.since },
  );
  const command = await ports.commands.create({
    instance,
    displayName: commandName(origin, 1),
    text: '#!/bin/bash\ntrue\n',
    retryToken: `${origin.id}-1`,
    timeoutSeconds: 1800,
  });
  const run = { attempt: 1, instance, slot, command, submittedAt: new Date().toISOString() };
  return {
    ...origin,
    state: 'building',
    attempt: 1,
    run,
    deliverBy: after(new Date(), 900),
    runBy: after(new Date(), 3600),
  };
}

/** Ten versions of one object, each event many times over, in any order, sixteen at a time. */
async function events(total: number): Promise<TickReport> {
  const body = await archive([{ header: { name: 'Dockerfile' }, content: 'FROM scratch\n' }]);
  const client = await clients.objectStorage();
  const at = { namespaceName: namespace, bucketName: sourceBucket, objectName: 'apps/storm/source.tar.gz' };
  const uploads: Upload[] = [];
  for (let version = 0; version < 10; version += 1) {
    const { eTag } = await client.putObject({ ...at, putObjectBody: body });
    const upload = await ports.uploads.find(at.objectName, eTag);
    if (upload !== undefined) uploads.push(upload);
    await new Promise((resolve) => setTimeout(resolve, 1100));
  }
  const storm = Array.from({ length: total }, (_, index) => uploads[index % uploads.length]).sort(
    () => randomInt(3) - 1,
  );
  await pMap(storm, (upload) => uploadTrigger(eventOf(upload?.eTag ?? '', at.objectName), { loop, door }), {
    concurrency: CONCURRENCY,
  });
  for (let round = 0; round < 3; round += 1)
    await pollBuild({}, { loop, door, until: new Date(Date.now() + 300_000) });
  const active = await ports.records.listActive('storm');
  const done = await ports.records.listDone('storm');
  const ids = [...new Set([...active.map(({ id }) => id), ...done])].sort();
  return {
    builds: total,
    seconds: 0,
    calls: 0,
    megabytes: 0,
    records: ids.length,
    newest: active.some(({ id }) => id === ids.at(-1)),
  };
}

function eventOf(eTag: string, resourceName: string): object {
  const additionalDetails = { namespace, bucketName: sourceBucket, eTag };
  return {
    eventType: 'com.oraclecloud.objectstorage.createobject',
    data: { resourceName, additionalDetails },
  };
}
