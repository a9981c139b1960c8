// The region as a process of its own: the ready line, a clean stop, a kill, and wrong options.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigFileAuthenticationDetailsProvider } from 'oci-common';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Description } from '../../local/region.ts';
import { noRetries } from '../helpers/region.ts';

const test = suite('local/main.ts');
let directory: string;
test.before.each(async () => {
  directory = await mkdtemp(join(tmpdir(), 'galley-main-'));
});
test.after.each(() => rm(directory, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly description: Description;
}

function run(...options: string[]): ChildProcess {
  const args = ['local/main.ts', '--directory', directory, '--services', 'object-storage', ...options];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function start(): Promise<Started> {
  const child = run();
  assert.ok(child.stdout);
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, description: JSON.parse(line) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return exit;
}

/** Works on one object as the owner. */
async function withObject<Result>(
  { endpoint, ociConfig, namespace, sourceBucket }: Description,
  work: (
    client: ObjectStorageClient,
    name: { namespaceName: string; bucketName: string; objectName: string },
  ) => Promise<Result>,
): Promise<Result> {
  const authenticationDetailsProvider = new ConfigFileAuthenticationDetailsProvider(ociConfig, 'DEFAULT');
  const client = new ObjectStorageClient({ authenticationDetailsProvider }, noRetries);
  client.endpoint = endpoint;
  try {
    return await work(client, {
      namespaceName: namespace,
      bucketName: sourceBucket,
      objectName: 'apps/shop/a.tgz',
    });
  } finally {
    client.close();
  }
}

test('one line of JSON when all is up; SIGTERM ends it cleanly', async () => {
  const { child, description } = await start();
  assert.match(description.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(Object.keys(description), [
    'endpoint',
    'namespace',
    'sourceBucket',
    'stateBucket',
    'ociConfig',
    'kubeconfig',
    'registry',
  ]);
  assert.equal(await end(child, 'SIGTERM'), [0, null]);
});

test('what was answered before a kill -9 is there after the next start', async () => {
  const first = await start();
  const { eTag } = await withObject(first.description, (client, name) =>
    client.putObject({ ...name, putObjectBody: 'hello', contentLength: 5 }),
  );
  assert.equal(await end(first.child, 'SIGKILL'), [null, 'SIGKILL']);
  const second = await start();
  const head = await withObject(second.description, (client, name) => client.headObject(name));
  assert.is(head.eTag, eTag);
  assert.is(second.description.ociConfig, first.description.ociConfig);
  assert.equal(await end(second.child, 'SIGINT'), [0, null]);
});

test('wrong options are said all at once, and nothing is started', async () => {
  const child = run('--port', '70000', '--cluster', 'kind', '--clock-seconds', 'soon', '--services', 'dns');
  const [[code], text] = await Promise.all([once(child, 'exit'), child.stderr?.toArray()]);
  assert.is(code, 1);
  assert.is(
    String(text?.join('')),
    [
      'Wrong options:',
      '  --port: expected a whole number from 0 to 65535, got "70000"',
      '  --services: expected identity, metadata, object-storage, registry, container-engine, functions, notifications, resource-scheduler, events, vault, instance-agent, got "dns"',
      '  --cluster: expected auto, stand-in, real, got "kind"',
      '  --clock-seconds: expected a number from 0.01 to 86400, got "soon"',
      '',
    ].join('\n'),
  );
});

test('a state that is none is said in one line', async () => {
  const child = run('--twin', 'package.json');
  const [[code], text] = await Promise.all([once(child, 'exit'), child.stderr?.toArray()]);
  assert.is(code, 1);
  assert.match(
    String(text?.join('')),
    /^\S+package\.json.*: not a Terraform state of format 4: it has (no "version"|version 0\.1\.0)\n$/,
  );
});

test.run();
