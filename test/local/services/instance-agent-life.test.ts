// What survives the region, and what an instance is given: restart, kill -9, policies, configuration.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readTwin } from '../../../local/twin.ts';
import { linesOf, until } from './functions-suite.ts';
import { twinWith } from './functions-twin.ts';
import { agentHarness } from './instance-agent-suite.ts';
import { startRegionProcess } from './region-process.ts';

const life = suite<{ directory: string }>('life of an instance agent');

life.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'galley-agent-'));
});
life.after.each(({ directory }) => rmSync(directory, { recursive: true, force: true }));

life(
  'a script survives a kill -9 of the region, runs once, and is reported by the next',
  async ({ directory }) => {
    const [note, go] = [join(directory, 'note'), join(directory, 'go')];
    const options = { directory, services: ['instance-agent'], agentSeconds: 0.05 } as const;
    const preparing = await agentHarness(options);
    await preparing.post(`instances/${preparing.instanceId}/stop`);
    const script = `echo held >> ${note}; until [ -e ${go} ]; do sleep 0.02; done; echo over`;
    const id = await preparing.create(script);
    await preparing.stop();

    const first = await startRegionProcess(options);
    await fetch(`${first.description.endpoint}/_galley/instances/${preparing.instanceId}/start`, {
      method: 'POST',
    });
    await until('the script runs', () => linesOf(note).length === 1);
    await first.kill();

    const second = await agentHarness(options);
    const running = await second.execution(id);
    assert.is(running.lifecycleState, 'IN_PROGRESS');
    writeFileSync(go, '');
    const ended = await second.waitFor(id);
    assert.is(ended.lifecycleState, 'SUCCEEDED');
    assert.is((ended.content as { text?: string }).text, 'over\n');
    assert.is(linesOf(note).length, 1);
    await second.stop();
  },
);

life('an orderly stop ends scripts by SIGTERM, and the next start reports them', async ({ directory }) => {
  const options = { directory, services: ['instance-agent'], agentSeconds: 0.05 } as const;
  const first = await agentHarness(options);
  const ready = join(directory, 'ready');
  const id = await first.create(`trap "echo asked to end; exit 70" TERM; echo > ${ready}; sleep 1000 & wait`);
  await until('the script runs', () => existsSync(ready));
  await first.stop();
  const second = await agentHarness(options);
  const ended = await second.waitFor(id);
  assert.is(ended.lifecycleState, 'FAILED');
  assert.is(ended.content.exitCode, 70);
  await second.stop();
});

life('without its policy the agent gets nothing, and says so once', async ({ directory }) => {
  const [bucket] = readTwin('local/default.tfstate.json').of('oci_objectstorage_bucket');
  const compartment = `compartment id ${bucket?.values.compartment_id}`;
  const statements = [`Allow group galley-developers to inspect buckets in ${compartment}`];
  const changes = [{ type: 'oci_identity_policy', name: '*', attributes: { statements } }];
  const said: string[] = [];
  const harness = await agentHarness({
    twin: twinWith(join(directory, 'twin.tfstate.json'), changes),
    log: (message) => said.push(message),
  });
  const id = await harness.create('true');
  const isPollError = (message: string): boolean =>
    message.startsWith('poll command err: NotAuthorizedOrNotFound');
  await until('the agent was refused', () => said.some(isPollError));
  assert.is((await harness.execution(id)).deliveryState, 'VISIBLE');
  assert.is(said.filter(isPollError).length, 1);
  await harness.stop();
});

/** In place of the real bundle: says what it was started with. */
const SAYING_BUNDLE = `
import { readFileSync } from 'node:fs';
const { GALLEY_CONFIG_FILE, GALLEY_WORK_DIR, HOME } = process.env;
console.log(process.argv.slice(2).join(' '), GALLEY_WORK_DIR.startsWith(HOME.replace(/home$/, '')));
console.log(readFileSync(GALLEY_CONFIG_FILE, 'utf8').match(/^GALLEY_(ENDPOINT|METADATA_URL)=.*$/gm).join('\\n'));
process.exit(30);
`;

life('sudo -n galley-build runs the bundle with the configuration of this region', async ({ directory }) => {
  const bundles = join(directory, 'bundles');
  mkdirSync(bundles);
  writeFileSync(join(bundles, 'galley-build.mjs'), SAYING_BUNDLE);
  const harness = await agentHarness({ directory, bundles });
  const script = '#!/bin/bash\nexec sudo -n galley-build run --app shop';
  const ended = await harness.waitFor(await harness.create(script));
  const { endpoint } = harness.region;
  const lines = [
    `run --app shop ${process.getuid?.() === 0}`,
    `GALLEY_ENDPOINT=${endpoint}`,
    `GALLEY_METADATA_URL=${endpoint}/_instances/${harness.instanceId}/opc/v2/`,
  ];
  assert.is((ended.content as { text?: string }).text, `${lines.join('\n')}\n`);
  assert.is(ended.content.exitCode, 30);
  await harness.stop();
});

/** Cloud-init's user data with the file, plain and gzipped. */
const USER_DATA = `#cloud-config
write_files:
  - path: /etc/motd
    content: hello
  - path: /etc/galley/build.env
    permissions: '0600'
    content: |
      GALLEY_REGION=eu-frankfurt-1
      GALLEY_BUCKET_NAME=from-user-data
      GALLEY_OCIR_ENDPOINT=fra.ocir.io/galleydemo/other
`;

for (const [how, bytes] of [
  ['plain', Buffer.from(USER_DATA)],
  ['gzipped', gzipSync(USER_DATA)],
] as const) {
  life(`${how} user data of the twin comes first`, async ({ directory }) => {
    const metadata = { user_data: bytes.toString('base64') };
    const changes = [{ type: 'oci_core_instance', name: '*', attributes: { metadata } }];
    const twin = twinWith(join(directory, 'twin.tfstate.json'), changes);
    const harness = await agentHarness({ directory, twin });
    await harness.waitFor(await harness.create('true'));
    const unique = harness.instanceId.split('.').at(-1)?.slice(-20) ?? '';
    const text = readFileSync(join(directory, 'instance-agent', unique, 'build.env'), 'utf8');
    assert.match(text, 'GALLEY_BUCKET_NAME=from-user-data\n');
    assert.match(text, /GALLEY_OCIR_ENDPOINT=.*\/other\n/);
    assert.not.match(text, 'GALLEY_STATE_BUCKET_NAME');
    await harness.stop();
  });
}

life.run();
