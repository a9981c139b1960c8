import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { givenCluster } from '../../../local/cluster/given.ts';
import { controlPlaneBinaries } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { apply, configMap, pathOf, read, until } from './workbench.ts';

const test = suite('a cluster survives kill -9');

interface Process {
  readonly child: ChildProcess;
  readonly kubeconfig: string;
}

async function start(directory: string, cluster: string): Promise<Process> {
  const args = [
    'local/main.ts',
    '--directory',
    directory,
    '--cluster',
    cluster,
    '--pods',
    'played',
    '--services',
    'container-engine',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, kubeconfig: JSON.parse(line).kubeconfig };
  }
  throw new Error(`the region ended with ${child.exitCode} before it was ready`);
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function survive(cluster: 'stand-in' | 'real'): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'galley-restart-'));
  try {
    const first = await start(directory, cluster);
    const before = await givenCluster(first.kubeconfig);
    await apply(before.admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await apply(before.admin, configMap('kept', { a: '1' }));
    const version = (await read(before.admin, pathOf(configMap('kept', {})))).metadata.resourceVersion;
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const pids = pidsOf(join(directory, 'container-engine'));
    const second = await start(directory, cluster);
    const after = await givenCluster(second.kubeconfig);
    assert.is(after.server, before.server);
    const kept = await read(after.admin, pathOf(configMap('kept', {})));
    assert.equal([kept.data, kept.metadata.resourceVersion], [{ a: '1' }, version]);
    await until('the processes of the first life to end', async () => !pids.some(isAlive));
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
    assert.equal(pidsOf(join(directory, 'container-engine')), []);
    for (const each of [before, after]) await each.stop();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function pidsOf(directory: string): number[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.pid'),
  );
  return files.map((file) => Number(readFileSync(join(directory, file), 'utf8')));
}

test('the stand-in', () => survive('stand-in'));
const what =
  'no kube-apiserver, etcd and kube-controller-manager; run `npm run tools` or set KUBEBUILDER_ASSETS';
test(
  'the control plane',
  needs(controlPlaneBinaries() !== undefined, { what, name: 'control plane survives kill -9' }, () =>
    survive('real'),
  ),
);
test.run();
