// The exact command lines of every engine.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  buildCommand,
  type Engine,
  forgetCommands,
  inspectCommand,
  loginCommand,
  pruneCommands,
  pushCommand,
} from '../../build-instance/engine-commands.ts';

const test = suite('engine commands');

const podman: Engine = { name: 'podman', buildFlags: [] };
const chroot: Engine = { name: 'podman', buildFlags: ['--isolation', 'chroot'] };
const docker: Engine = { name: 'docker', buildFlags: [] };
const buildah: Engine = { name: 'buildah', buildFlags: [] };
const image = 'fra.ocir.io/ns/galley/shop:20261124T101112Z-1a2b3c4d';
const plain = {
  image,
  context: '/w/source',
  dockerfile: '/w/source/Dockerfile',
  options: { args: {} },
  authFile: '/w/auth/config.json',
  isPlainHttp: false,
};
const full = {
  ...plain,
  options: { target: 'run', args: { VERSION: '1 "x"; rm', EMPTY: '' }, platform: 'linux/arm64' },
  isPlainHttp: true,
};

test('build', () => {
  const files = '--file /w/source/Dockerfile --tag fra.ocir.io/ns/galley/shop:20261124T101112Z-1a2b3c4d';
  const table: [Engine, string][] = [
    [podman, `build --pull=newer --authfile /w/auth/config.json ${files} /w/source`],
    [chroot, `build --pull=newer --isolation chroot --authfile /w/auth/config.json ${files} /w/source`],
    [docker, `build --progress plain ${files} /w/source`],
    [buildah, `build --layers --pull=newer --authfile /w/auth/config.json ${files} /w/source`],
  ];
  for (const [engine, line] of table) assert.is(buildCommand(engine, plain).join(' '), line);
});

test('build with everything galley.yaml can say; values are one argument each', () => {
  assert.equal(buildCommand(podman, full), [
    'build',
    '--pull=newer',
    '--authfile',
    '/w/auth/config.json',
    '--tls-verify=false',
    '--file',
    '/w/source/Dockerfile',
    '--tag',
    image,
    '--target',
    'run',
    '--platform',
    'linux/arm64',
    '--build-arg',
    'VERSION=1 "x"; rm',
    '--build-arg',
    'EMPTY=',
    '/w/source',
  ]);
  assert.not(buildCommand(docker, full).includes('--tls-verify=false'));
});

test('login: no password among the arguments', () => {
  const login = { host: '127.0.0.1:5000', username: 'BEARER_TOKEN', authFile: '/w/a', isPlainHttp: true };
  const table: [Engine, string][] = [
    [
      podman,
      'login --authfile /w/a --tls-verify=false --username BEARER_TOKEN --password-stdin 127.0.0.1:5000',
    ],
    [
      buildah,
      'login --authfile /w/a --tls-verify=false --username BEARER_TOKEN --password-stdin 127.0.0.1:5000',
    ],
    [docker, 'login --username BEARER_TOKEN --password-stdin 127.0.0.1:5000'],
  ];
  for (const [engine, line] of table) assert.is(loginCommand(engine, login).join(' '), line);
});

test('push', () => {
  const push = { image, authFile: '/w/a', digestFile: '/w/d', isPlainHttp: false };
  const table: [Engine, string][] = [
    [podman, `push --authfile /w/a --digestfile /w/d ${image}`],
    [buildah, `push --authfile /w/a --digestfile /w/d ${image}`],
    [docker, `push ${image}`],
  ];
  for (const [engine, line] of table) assert.is(pushCommand(engine, push).join(' '), line);
});

test('inspect, prune, forget', () => {
  assert.is(inspectCommand(podman, image).join(' '), `image inspect ${image}`);
  assert.is(inspectCommand(buildah, image).join(' '), `inspect --type image ${image}`);
  assert.equal(
    pruneCommands(podman, 72).map((line) => line.join(' ')),
    ['image prune --all --force --filter until=72h'],
  );
  assert.equal(
    pruneCommands(docker, 72).map((line) => line.join(' ')),
    ['image prune --all --force --filter until=72h', 'builder prune --force --filter until=72h'],
  );
  assert.equal(
    forgetCommands(podman, [image]).map((line) => line.join(' ')),
    [`rmi ${image}`, 'image prune --force'],
  );
});

test.run();
