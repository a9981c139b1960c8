import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDescriptor } from '../../../shared/tarball/descriptor.ts';
import { parseDuration } from '../../../shared/tarball/duration.ts';
import { TarballRefused } from '../../../shared/tarball/rules.ts';

const test = suite('galley.yaml');

const DEFAULTS = {
  build: { context: '.', dockerfile: 'Dockerfile', args: {} },
  policy: 'supersede',
  rollout: { timeout: 300, onFailure: 'rollback' },
  service: { type: 'ClusterIP', port: 80 },
  prune: { shrink: false },
};

test('nothing said: all defaults', () => {
  for (const text of ['', '# only a comment\n', '{}', '---\n']) assert.equal(parseDescriptor(text), DEFAULTS);
});

test('everything said', () => {
  const text = `
namespace: prod
image: fra.ocir.io/ns/shop:1.2@sha256:${'0a'.repeat(32)}
build: {context: app/, dockerfile: docker/Dockerfile.prod, target: run, args: {VERSION: "1", _x: ""}, platform: linux/arm64}
manifests: [k8s/, ops/one.yaml]
policy: queue
rollout: {timeout: 1h, onFailure: keep}
service: {type: LoadBalancer, port: 8080}
prune: {shrink: true}
`;
  assert.equal(parseDescriptor(text), {
    namespace: 'prod',
    image: `fra.ocir.io/ns/shop:1.2@sha256:${'0a'.repeat(32)}`,
    build: {
      context: 'app/',
      dockerfile: 'docker/Dockerfile.prod',
      target: 'run',
      args: { VERSION: '1', _x: '' },
      platform: 'linux/arm64',
    },
    manifests: ['k8s/', 'ops/one.yaml'],
    policy: 'queue',
    rollout: { timeout: 3600, onFailure: 'keep' },
    service: { type: 'LoadBalancer', port: 8080 },
    prune: { shrink: true },
  });
});

const PATH = 'expected a path inside the tarball';
const TIME = 'expected a duration from 10s to 1h, such as 90s, 5m or 1h';
const wrong: [text: string, detail: string][] = [
  ['imgae: nginx', 'unknown setting "imgae".'],
  ['a: 1\nb: 2', 'unknown settings "a", "b".'],
  ['build: {contxt: a}', 'unknown setting "build.contxt".'],
  ['- a', 'expected a map of settings.'],
  ['build: yes', 'build: expected a map of settings.'],
  ['namespace: Shop', 'namespace: expected a DNS label: lower-case letters, digits and "-", at most 63.'],
  ['image: "nginx latest"', 'image: expected an image reference, such as docker.io/library/nginx:1.29.'],
  ['image: -rf', 'image: expected an image reference, such as docker.io/library/nginx:1.29.'],
  ['build: {context: /}', `build.context: ${PATH}.`],
  ['build: {dockerfile: ../Dockerfile}', `build.dockerfile: ${PATH}.`],
  ['build: {dockerfile: --squash}', `build.dockerfile: ${PATH}.`],
  ['build: {target: "a b"}', 'build.target: expected the name of a build stage.'],
  ['build: {platform: windows/amd64}', 'build.platform: expected a platform such as linux/amd64.'],
  ['build: {args: {VERSION: 1.10}}', 'build.args.VERSION: expected text; put numbers and yes/no in quotes.'],
  ['build: {args: {a-b: "1"}}', 'build.args.a-b: expected a name of letters, digits and "_".'],
  ['manifests: k8s', 'manifests: expected a list of paths.'],
  ['manifests: []', 'manifests: expected at least one path.'],
  ['manifests: [k8s, a/../../b]', `manifests.1: ${PATH}.`],
  ['policy: latest', 'policy: expected supersede or queue.'],
  ['rollout: {timeout: 300}', `rollout.timeout: ${TIME}.`],
  ['rollout: {timeout: 5x}', `rollout.timeout: ${TIME}.`],
  ['rollout: {timeout: 2h}', `rollout.timeout: ${TIME}.`],
  ['rollout: {onFailure: stop}', 'rollout.onFailure: expected rollback or keep.'],
  ['service: {type: Ingress}', 'service.type: expected ClusterIP or LoadBalancer or NodePort.'],
  ['service: {port: 0}', 'service.port: expected a port from 1 to 65535.'],
  ['service: {port: "80"}', 'service.port: expected a port from 1 to 65535.'],
  ['prune: {shrink: "yes"}', 'prune.shrink: expected true or false.'],
  [
    'policy: x\nservice: {port: 0}',
    'policy: expected supersede or queue; service.port: expected a port from 1 to 65535.',
  ],
];
for (const [text, detail] of wrong)
  test(`wrong: ${text}`, () => refuses(text, { rule: 'bad-descriptor', detail }));

const broken: [text: string, detail: string][] = [
  ['policy: queue\npolicy: queue', 'Line 2: Map keys must be unique.'],
  ['a: 1\n---\nb: 2', 'There are several documents in it; one is expected.'],
  ['a: "b', 'Line 1: Missing closing "quote.'],
];
for (const [text, detail] of broken)
  test(`broken: ${text}`, () => refuses(text, { rule: 'bad-yaml', detail }));

test('a bomb of aliases is refused in no time', () => {
  const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
  refuses(`a0: &a0 [x]\n${levels.join('\n')}`, {
    rule: 'bad-yaml',
    detail: 'Its aliases grow without bound.',
  });
});

test('no value is repeated in an error', () => {
  const thrown = refused('build: {args: {TOKEN: [hunter2]}}\nimage: "hunter2 hunter2"');
  assert.not.match(thrown.message, 'hunter2');
});

test('durations', () => {
  const table: [string, number | undefined][] = [
    ['5m', 300],
    ['90s', 90],
    ['1h30m', 5400],
    ['1h2m3s', 3723],
    ['0s', 0],
    ['', undefined],
    ['5', undefined],
    ['m', undefined],
    ['5m1h', undefined],
    ['1.5m', undefined],
  ];
  for (const [text, seconds] of table) assert.is(parseDuration(text), seconds, text);
});

function refused(text: string): TarballRefused {
  try {
    parseDescriptor(text);
  } catch (error) {
    if (error instanceof TarballRefused) return error;
    throw error;
  }
  throw new Error(`taken: ${text}`);
}

function refuses(text: string, { rule, detail }: { rule: string; detail: string }): void {
  const thrown = refused(text);
  assert.is(thrown.detail, detail);
  assert.is(thrown.rule, rule);
  assert.is(thrown.path, 'galley.yaml');
}

test.run();
