// One run of everything the pipeline does. Each step has an app of its own, named after what happens to it.
import { setTimeout as sleep } from 'node:timers/promises';
import { cancel, retry, rollback } from '../../cli/commands/change.ts';
import type { Build, BuildKey } from '../../shared/build/build.ts';
import { toolConfig } from '../../shared/config.ts';
import { openBucket } from '../../shared/oci/bucket.ts';
import { createClients } from '../../shared/oci/clients.ts';
import type { Pipeline } from '../end-to-end/pipeline.ts';
import { environmentOf, visit } from '../helpers/doctor.ts';
import { keepingTerminal } from '../helpers/terminal.ts';
import { type Replay, remember } from './replay.ts';

/** Ten times what it takes on a calm machine. */
const PATIENCE_MS = 240_000;

/** Built in a moment: nothing is run, and nothing is pulled. */
export const SMALL = {
  Dockerfile: 'FROM scratch\nCOPY note /note\nEXPOSE 8080\nUSER 1000\nCMD ["/note"]\n',
  note: 'nobody runs this: the pods are played\n',
};
const BROKEN = { Dockerfile: 'FROM scratch\nCOPY missing /missing\n' };
const SLOW = { Dockerfile: 'FROM busybox\nRUN sleep 600\n' };

/** Longer than an invocation of apply lasts, in a region where it gets `APPLY_SECONDS`. */
const LONG_ROLLOUT_SECONDS = 40;
/** Of an invocation of apply. It begins nothing in its last twelve seconds (shared/fn.ts). */
export const APPLY_SECONDS = 40;

/** Manifests of its own: whoever admits the upload stores them. */
const plain = (app: string, settings = ''): Record<string, string> => ({
  ...SMALL,
  'k8s/app.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}}
spec:
  selector: {matchLabels: {app: ${app}}}
  ${settings}
  template:
    metadata: {labels: {app: ${app}}}
    spec: {containers: [{name: app, image: ${app}}]}
`,
});

/** Runs all steps and waits for their ends. Throws when one ends as it should not. */
export async function everything(pipeline: Pipeline): Promise<void> {
  const replay = remember(pipeline);
  await pipeline.fault({ name: 'event-lost', where: '*createobject*', times: 1 });
  const lost = await pipeline.upload('lost-event', plain('lost-event'));
  // An hour is long: the schedule strikes when it is told to.
  await pipeline.admin('POST', '/_galley/schedules/galley-hourly/run');
  const late = await overtaken(pipeline);
  await Promise.all([
    replaced(pipeline),
    rejected(pipeline),
    broken(pipeline),
    triedAgain(pipeline),
    outlasting(pipeline),
    badRollout(pipeline),
  ]);
  await calledOff(pipeline, replay);
  await ends(pipeline, late, 'superseded');
  await ends(pipeline, lost, 'deployed');
  await visit(pipeline.region, { profile: 'DEVELOPER' });
}

async function ends(pipeline: Pipeline, key: BuildKey, state: Build['state']): Promise<Build> {
  const build = await pipeline.ended(key);
  if (build.state !== state) throw new Error(`expected ${state}: ${JSON.stringify(build)}`);
  return build;
}

/** Builds of one second are in no order that a scenario could know. */
async function nextSecond(): Promise<void> {
  await sleep(1000 - (Date.now() % 1000));
}

/** The event of a first upload comes after that of a second one: upload-trigger ends the first by itself. */
async function overtaken(pipeline: Pipeline): Promise<BuildKey> {
  await pipeline.fault({ name: 'event-late', where: '*createobject*', times: 1, value: 10 });
  const first = await pipeline.upload('late-event', SMALL, 'first.tar.gz');
  await nextSecond();
  await pipeline.upload('late-event', { ...SMALL, note: 'newer' }, 'second.tar.gz');
  return first;
}

/** Two uploads, a log that is read, the first one back again, and its image given to another app. */
async function replaced(pipeline: Pipeline): Promise<void> {
  const first = await ends(pipeline, await pipeline.upload('happy', SMALL), 'deployed');
  await ends(pipeline, await pipeline.upload('happy', { ...SMALL, note: 'two' }), 'deployed');
  const [chunk = ''] = await pipeline.desk.chunks(first);
  await pipeline.desk.readChunk(chunk);
  const image = first.state === 'deployed' ? first.image : '';
  await nextSecond();
  await change(pipeline, retry, { app: 'happy', id: first.id });
  const given = await pipeline.upload('image-only', {
    'galley.yaml': `image: ${image}\nservice: {port: 8080}\n`,
  });
  await ends(pipeline, given, 'deployed');
  await nextSecond();
  await change(pipeline, rollback, { app: 'happy', id: undefined });
}

async function rejected(pipeline: Pipeline): Promise<void> {
  await ends(pipeline, await pipeline.upload('rejected', { 'README.md': 'nothing to build' }), 'rejected');
}

async function broken(pipeline: Pipeline): Promise<void> {
  await ends(pipeline, await pipeline.upload('build-failure', BROKEN), 'failed');
}

/** The registry is down until the first attempt has failed: a platform fault, and nobody's second upload. */
async function triedAgain(pipeline: Pipeline): Promise<void> {
  await pipeline.fault({ name: 'registry-error', where: '*platform-fault*', times: 1000 });
  const key = await pipeline.upload('platform-fault', SMALL);
  await pipeline.reached(key, (build) => build.state === 'queued' && build.attempt > 0);
  await pipeline.admin('DELETE', '/_galley/faults?name=registry-error');
  await ends(pipeline, key, 'deployed');
}

/** apply has to invoke itself. */
async function outlasting(pipeline: Pipeline): Promise<void> {
  const files = plain('long-rollout', `minReadySeconds: ${LONG_ROLLOUT_SECONDS}`);
  await ends(pipeline, await pipeline.upload('long-rollout', files), 'deployed');
}

/** It leaves its evidence and is undone. */
async function badRollout(pipeline: Pipeline): Promise<void> {
  await ends(pipeline, await pipeline.upload('bad-rollout', SMALL), 'deployed');
  await pipeline.fault({ name: 'image-pull-fails', where: '*bad-rollout*', times: 1000 });
  const settings = { 'galley.yaml': 'rollout: {timeout: 30s}\n' };
  const next = { ...SMALL, ...settings, note: 'never ready' };
  await ends(pipeline, await pipeline.upload('bad-rollout', next), 'failed');
}

/** Two builds hold both slots, one is told of again; one waits. All three are called off, the waiting one first. */
async function calledOff(pipeline: Pipeline, replay: Replay): Promise<void> {
  const running = [await pipeline.upload('cancel-a', SLOW), await pipeline.upload('cancel-b', SLOW)];
  for (const key of running)
    await pipeline.reached(key, (build) => build.state === 'building' && build.run.command !== undefined);
  await replay.upload('cancel-a');
  const waiting = await pipeline.upload('cancel-queued', SMALL);
  await pipeline.reached(waiting, ({ state }) => state === 'queued');
  await change(pipeline, cancel, waiting);
  // Asked for twice, as people do.
  for (const key of [...running, ...running]) await pipeline.desk.cancel(key, 'developer');
  for (const key of running) await ends(pipeline, key, 'canceled');
  await marksAreGone(pipeline);
}

/** The sweep removes them after the builds have ended. */
async function marksAreGone({ region }: Pipeline): Promise<void> {
  const { endpoint, namespace, stateBucket: bucket } = region.description;
  const clients = createClients({ provider: region.credentials(), region: region.region.name, endpoint });
  const state = openBucket(clients, { namespace, bucket });
  const deadline = Date.now() + PATIENCE_MS;
  while ((await state.names('cancel/')).length > 0) {
    if (Date.now() > deadline) throw new Error('Marks of cancelled builds are still there.');
    await sleep(200);
  }
}

type Change = typeof cancel;

async function change(
  pipeline: Pipeline,
  command: Change,
  which: { app: string; id: string | undefined },
): Promise<void> {
  const { region, desk } = pipeline;
  const environment = environmentOf(region);
  const { ociConfig } = region.description;
  const context = { environment, config: toolConfig(environment), ociConfig, profile: 'DEVELOPER' };
  const { terminal, lines } = keepingTerminal();
  const code = await command(which, { desk, terminal, context, isFollowing: true });
  if (code !== 0) throw new Error(`${command.name} ${which.app}: exit code ${code}: ${lines.join('\n')}`);
}
