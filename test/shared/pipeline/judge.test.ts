// A tarball's verdict in the words of the record.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judge } from '../../../shared/pipeline/judge.ts';
import { ACCEPTED } from '../../helpers/scene.ts';
import { archive, tarball } from '../../helpers/tarballs.ts';

const test = suite('judge');
const DOCKERFILE = { Dockerfile: 'FROM scratch\n' };
const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const settings = (text: string) => ({ 'galley.yaml': text });

async function* stream(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

for (const [what, files, expected] of [
  ['a Dockerfile: all by default, manifests by the instance', DOCKERFILE, ACCEPTED],
  [
    'every setting',
    {
      ...settings(
        'namespace: team\npolicy: queue\nrollout: {timeout: 2m, onFailure: keep}\nprune: {shrink: true}\n',
      ),
      ...DOCKERFILE,
    },
    {
      ...ACCEPTED,
      namespace: 'team',
      policy: 'queue',
      rolloutSeconds: 120,
      onFailure: 'keep',
      shrink: true,
    },
  ],
  [
    'plain manifests are kept, with the file they came from',
    { ...DOCKERFILE, 'k8s/a.yaml': OBJECT },
    { ...ACCEPTED, manifests: `---\n# Source: k8s/a.yaml\n${OBJECT}` },
  ],
  [
    'a kustomization is the instance’s to render',
    { ...DOCKERFILE, 'k8s/kustomization.yaml': 'resources: [a.yaml]\n', 'k8s/a.yaml': OBJECT },
    ACCEPTED,
  ],
] as const) {
  test(what, async () => assert.equal(await judge('shop', stream(await tarball(files))), expected));
}

test('an image alone: its manifests are settled here, on the service’s port', async () => {
  const text = 'image: docker.io/library/nginx:1.27\nservice: {type: NodePort, port: 8081}\n';
  const judged = await judge('shop', stream(await tarball(settings(text))));
  if (judged.kind !== 'accepted') return assert.unreachable(judged.detail);
  assert.is(judged.image, 'docker.io/library/nginx:1.27');
  assert.match(judged.manifests ?? '', /kind: Deployment[\s\S]*containerPort: 8081[\s\S]*type: NodePort/);
});

for (const [what, bytes, rule, path] of [
  ['no Dockerfile', tarball({ 'a.txt': '' }), 'no-dockerfile', 'Dockerfile'],
  ['a way out', archive([{ header: { name: '../x' }, content: 'x' }]), 'path-traversal', '../x'],
  ['no tarball', Promise.resolve(Buffer.from('hello '.repeat(200))), 'not-a-tarball', undefined],
] as const) {
  test(`${what}: rejected as ${rule}${path === undefined ? '' : `, at ${path}`}`, async () => {
    const judged = await judge('shop', stream(await bytes));
    if (judged.kind !== 'rejected') return assert.unreachable(judged.kind);
    assert.equal([judged.rule, judged.path], [rule, path]);
    assert.is('path' in judged, path !== undefined);
    assert.ok(judged.detail.length > 0);
  });
}

test('a stream that breaks is nobody’s verdict', async () => {
  async function* broken(): AsyncIterable<Uint8Array> {
    yield (await tarball(DOCKERFILE)).subarray(0, 40);
    throw new Error('reset');
  }
  assert.is(await judge('shop', broken()).catch(String), 'Error: reset');
});

test.run();
