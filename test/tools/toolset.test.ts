import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBinaries } from '../../local/cluster/control-plane/binaries.ts';
import { acquireLock } from '../../tools/build-lock.ts';
import { findTool, groupDirectory, pinnedVersion, type ToolGroup, toolGroups } from '../../tools/toolset.ts';

const test = suite<{ root: string }>('pinned tools');
test.before.each((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'galley-tools-'));
});
test.after.each(({ root }) => rmSync(root, { recursive: true, force: true }));

function program(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

function groupOf(name: string): ToolGroup {
  const group = toolGroups.find((each) => name in each.programs);
  if (!group) throw new Error(`no group builds ${name}`);
  return group;
}

for (const group of toolGroups) {
  test(`${group.name} is pinned to a release`, () => assert.match(pinnedVersion(group), /^v\d+\.\d+\.\d+$/));
}

test('a tool on PATH is used before the pinned build', ({ root }) => {
  const onPath = program(join(root, 'path', 'helm'));
  program(join(groupDirectory(groupOf('helm'), join(root, 'cache')), 'helm'));
  const environment = { PATH: join(root, 'path'), GALLEY_TOOLS_CACHE: join(root, 'cache') };
  assert.is(findTool('helm', environment), onPath);
});

test('the control plane is never taken from PATH', ({ root }) => {
  program(join(root, 'path', 'etcd'));
  const environment = { PATH: join(root, 'path'), GALLEY_TOOLS_CACHE: join(root, 'cache') };
  assert.is(findTool('etcd', environment), undefined);
  const built = program(join(groupDirectory(groupOf('etcd'), join(root, 'cache')), 'etcd'));
  assert.is(findTool('etcd', environment), built);
  const given = program(join(root, 'assets', 'etcd'));
  assert.is(findTool('etcd', { ...environment, KUBEBUILDER_ASSETS: join(root, 'assets') }), given);
});

test('what is no program is not found', ({ root }) => {
  mkdirSync(join(root, 'helm'));
  writeFileSync(join(root, 'tofu'), '');
  for (const name of ['helm', 'tofu', 'absent'])
    assert.is(findTool(name, { PATH: root, GALLEY_TOOLS_CACHE: root }), undefined);
});

test('the local region finds the control plane in the cache, newest first, and in one directory', ({
  root,
}) => {
  assert.is(findBinaries(root), undefined);
  for (const version of ['v1.9.0', 'v1.34.4']) {
    for (const name of ['kube-apiserver', 'kube-controller-manager'])
      program(join(root, `kubernetes-${version}-linux-x64`, 'bin', name));
  }
  program(join(root, 'etcd-v3.6.16-linux-x64', 'bin', 'etcd'));
  assert.match(findBinaries(root)?.apiServer ?? '', /v1\.34\.4/);
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager'])
    program(join(root, 'assets', name));
  assert.is(findBinaries(join(root, 'assets'))?.etcd, join(root, 'assets', 'etcd'));
});

test('one builder at a time, and a lock of the dead is taken over', async ({ root }) => {
  const file = join(root, 'lock');
  // No process has this id: it is above Linux' and macOS' limits.
  writeFileSync(file, '99999999');
  const first = await acquireLock(file, () => undefined);
  const told: string[] = [];
  const second = acquireLock(file, (message) => told.push(message));
  await Promise.resolve();
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  assert.match(told.join(), new RegExp(`process ${process.pid}\\) holds`));
});
test.run();
