import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ConfigFileAuthenticationDetailsProvider } from 'oci-common';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noRetries } from '../../../helpers/region.ts';
import { until } from '../until.ts';
import { textOf } from './bucket.ts';

const test = suite('kill -9');
const directory = mkdtempSync(join(tmpdir(), 'galley-kill-'));
const started: ChildProcess[] = [];
test.after.each(async () => {
  for (const child of started.splice(0)) await end(child);
});
test.after(() => rmSync(directory, { recursive: true }));

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}

async function startChild() {
  const file = fileURLToPath(new URL('./region-process.ts', import.meta.url));
  const child = spawn(process.execPath, [file, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const died = once(child, 'close').then(([code]) => {
    throw new Error(`the region ended with ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), died]);
  died.catch(() => {});
  const description = JSON.parse(String(line));
  const authenticationDetailsProvider = new ConfigFileAuthenticationDetailsProvider(
    description.ociConfig,
    'DEFAULT',
  );
  const client = new ObjectStorageClient({ authenticationDetailsProvider }, noRetries);
  client.endpoint = description.endpoint;
  const at = { namespaceName: description.namespace, bucketName: description.stateBucket };
  return { client, at, kill: () => end(child) };
}

const invoked = (): string[] => {
  try {
    return readFileSync(join(directory, 'invocations'), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

test('every object is the old or the new one, no answered write is lost, every event arrives', async () => {
  let region = await startChild();
  const answered = new Map<string, string>();
  const sent = new Map<string, string[]>();
  for (let round = 0; round < 3; round += 1) {
    const { client, at } = region;
    const writing = Array.from({ length: 40 }, async (_, index) => {
      const objectName = `results/a/${index % 10}`;
      // Small and large bodies: the kill comes while some are half on disk.
      const body = `${round}.${index}.`.padEnd(index % 4 ? 20 : 1_500_000, 'x');
      sent.set(objectName, [...(sent.get(objectName) ?? []), body]);
      await client.putObject({ ...at, objectName, putObjectBody: body });
      answered.set(objectName, body);
    });
    const settled = Promise.allSettled(writing);
    await Promise.race(writing.slice(0, 5 * (round + 1)));
    await region.kill();
    await settled;
    region = await startChild();
    for (const objectName of answered.keys()) {
      const answer = await region.client.getObject({ ...region.at, objectName });
      const text = await textOf(answer.value);
      assert.ok(sent.get(objectName)?.includes(text), `${objectName} is whole`);
      assert.is(answer.contentLength, text.length);
    }
  }
  // Whatever is listed now was committed with its event.
  const listed = (await region.client.listObjects({ ...region.at, fields: 'name,etag', prefix: 'results/' }))
    .listObjects.objects;
  for (const { etag } of listed) {
    await until(`the event of ${etag}`, () =>
      invoked().some((event) => event.includes(String(etag))) ? true : undefined,
    );
  }
  await region.kill();
});

test('an answered write is there after a kill at once', async () => {
  const region = await startChild();
  const names = Array.from({ length: 20 }, (_, index) => `logs/${index}`);
  for (const objectName of names)
    await region.client.putObject({ ...region.at, objectName, putObjectBody: objectName });
  await region.kill();
  const again = await startChild();
  for (const objectName of names) {
    const { value } = await again.client.getObject({ ...again.at, objectName });
    assert.is(await textOf(value), objectName);
  }
  await again.kill();
});

test('bytes without a row are swept at the start', async () => {
  const bodies = join(directory, 'object-storage');
  writeFileSync(join(bodies, 'half-written'), 'x');
  const region = await startChild();
  const sizes = (await region.client.listObjects({ ...region.at, fields: 'size' })).listObjects.objects;
  assert.is(readdirSync(bodies).length, sizes.filter(({ size }) => (size ?? 0) > 0).length);
  await region.kill();
});
test.run();
