import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestRegion, type TestRegion } from '../../../helpers/region.ts';
import { probeBundles } from '../functions-suite.ts';
import { twinWith } from '../functions-twin.ts';
import { bucketOf } from '../object-storage/bucket.ts';
import { until } from '../until.ts';

const test = suite('events and the clock call real functions');
const directory = mkdtempSync(join(tmpdir(), 'galley-event-functions-'));
let bundles: string;
test.before(async () => {
  bundles = await probeBundles();
});
test.after(() => {
  for (const path of [directory, bundles]) rmSync(path, { recursive: true, force: true });
});

const start = (options: object = {}) =>
  startTestRegion({
    services: ['object-storage', 'functions', 'notifications', 'events'],
    bundles,
    clockSeconds: 3600,
    ...options,
  });
const ended = async (running: TestRegion, name: string): Promise<true | undefined> => {
  const usage: unknown = await (await fetch(`${running.endpoint}/_galley/functions/usage`)).json();
  const { functions } = usage as { functions: { function: string; calls: number }[] };
  return functions.some((one) => one.function === name && one.calls > 0) ? true : undefined;
};

test('an upload runs upload-trigger, a result and the clock run poll-build: the policies of the twin allow it', async () => {
  const running = await start({ clockSeconds: 0.2 });
  await bucketOf(running, running.description.sourceBucket).put('apps/a/x.tgz');
  await until('upload-trigger', () => ended(running, 'upload-trigger'));
  await until('poll-build', () => ended(running, 'poll-build'));
  await running.stop();
});

test('without the policy the rule stays ACTIVE and nothing runs: only the metrics tell', async () => {
  const attributes = { statements: [] };
  const twin = twinWith(join(directory, 'twin.json'), [
    { type: 'oci_identity_policy', name: '*', attributes },
  ]);
  const running = await start({ twin });
  await bucketOf(running, running.description.sourceBucket).put('apps/a/x.tgz');
  const report = await until('the failure', async () => {
    const found = await (await fetch(`${running.endpoint}/_galley/events`)).text();
    return found.includes('galley-upload') ? found : undefined;
  });
  assert.match(report, /"DeliveryFailedEvents":1.*"status":404/);
  assert.is(await ended(running, 'upload-trigger'), undefined);
  await running.stop();
});
test.run();
