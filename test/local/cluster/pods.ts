// A stand-in cluster whose pods are podman's containers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { podmanRuntime } from '../../../local/cluster/node/podman-runtime.ts';
import { containersByLabel } from '../../../local/containers/containers.ts';
import { diagnose } from '../../../local/containers/engine.ts';
import { startStandIn } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { type Context, startCluster } from './suite.ts';
import { list, pathOf, until } from './workbench.ts';

type Body = (client: ApiClient) => Promise<void>;

/** Runs tests against one cluster; at the end every Deployment is deleted, and no container may be left. */
export async function podsSuite(name: string, tests: Readonly<Record<string, Body>>): Promise<void> {
  const { engine, reason } = await diagnose();
  const directory = mkdtempSync(join(tmpdir(), 'galley-pods-'));
  const label = `galley.region=test-${process.pid}`;
  const test = suite<Context>(name);
  test.before(async (context) => {
    if (!engine) return;
    const runtime = podmanRuntime({ engine, label, directory, registry: () => undefined });
    Object.assign(context, await startCluster(() => startStandIn(), runtime));
  });
  test.after(async ({ stopNode }) => {
    if (engine) await stopNode();
    assert.equal(engine ? await containersByLabel(label) : [], []);
    rmSync(directory, { recursive: true, force: true });
  });
  const all = {
    ...tests,
    'a deleted Deployment leaves no container': (client: ApiClient) => deleteAll(client, label),
  };
  for (const [rule, body] of Object.entries(all)) {
    test(rule, ({ cluster }) =>
      needs(engine !== undefined, { name: rule, what: reason }, () => body(cluster.admin))(),
    );
  }
  test.run();
}

async function deleteAll(client: ApiClient, label: string): Promise<void> {
  for (const { metadata } of await list(client, '/apis/apps/v1/namespaces/shop/deployments')) {
    await client.send('DELETE', pathOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata }));
  }
  await until('no container', async () => (await containersByLabel(label)).length === 0);
}
