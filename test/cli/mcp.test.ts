// The tools layer, driven by the protocol SDK's own client over stdio.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openBucket } from '../../shared/oci/bucket.ts';
import { createClients } from '../../shared/oci/clients.ts';
import { createDesk } from '../../shared/oci/desk.ts';
import { queued } from '../helpers/builds.ts';
import { startTestRegion, type TestRegion } from '../helpers/region.ts';

const test = suite('galley mcp');
let region: TestRegion;
let client: Client;
let home = '';

test.before(async () => {
  region = await startTestRegion({ services: ['object-storage'] });
  home = mkdtempSync(join(tmpdir(), 'galley-mcp-'));
  writeFileSync(join(home, 'Dockerfile'), 'FROM scratch\n');
  const { endpoint, namespace, sourceBucket, stateBucket, ociConfig } = region.description;
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    OCI_CONFIG_FILE: ociConfig,
    GALLEY_ENDPOINT: endpoint,
    GALLEY_REGION: region.region.name,
    GALLEY_BUCKET_NAMESPACE: namespace,
    GALLEY_BUCKET_NAME: sourceBucket,
    GALLEY_STATE_BUCKET_NAME: stateBucket,
  };
  client = new Client({ name: 'test', version: '0' });
  const command = process.execPath;
  // The SDK's own types disagree about an optional sessionId under exactOptionalPropertyTypes.
  const transport = new StdioClientTransport({
    command,
    args: [resolve('cli/main.ts'), 'mcp'],
    cwd: home,
    env,
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
});
test.after(async () => {
  await client?.close();
  await region?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function call(name: string, args: Record<string, unknown>) {
  const answer = await client.callTool({ name, arguments: args });
  const content = answer.content as { text: string }[];
  return {
    text: content[0]?.text ?? '',
    isError: answer.isError === true,
    data: answer.structuredContent as Record<string, unknown>,
  };
}

test('lists the three tools', async () => {
  const { tools } = await client.listTools();
  assert.equal(tools.map(({ name }) => name).sort(), ['app_status', 'build_and_deploy', 'build_logs']);
});

test('build_and_deploy answers with the build id at once; status and log follow it', async () => {
  const { data } = await call('build_and_deploy', { app: 'shop', directory: home });
  const id = String(data.build);
  assert.match(id, /^\d{8}T\d{6}Z-[0-9a-f]{8}$/);
  const { endpoint, namespace, sourceBucket, stateBucket } = region.description;
  const access = { provider: region.credentials(), region: region.region.name, endpoint };
  const desk = createDesk(access, { namespace, sourceBucket, stateBucket });
  await desk.records.create(queued({ id }));
  const status = await call('app_status', { app: 'shop' });
  assert.match(status.text, /^queued: waits for a build slot/);
  await openBucket(createClients(access), { namespace, bucket: stateBucket }).put(
    `logs/shop/${id}/000001`,
    'step 1\nstep 2\n',
  );
  const log = await call('build_logs', { app: 'shop' });
  assert.equal(log.data.lines, ['step 1', 'step 2']);
});

test('an error is an answer that says what is wrong', async () => {
  const { text, isError } = await call('app_status', { app: 'Not_An_App' });
  assert.ok(isError);
  assert.match(text, /"Not_An_App" is no app name/);
});

test.run();
