import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseImage, pinImages } from '../../../shared/kubernetes/images.ts';
import { parseManifests } from '../../../shared/kubernetes/manifests.ts';
import { imagesOf } from '../../../shared/kubernetes/pod-specs.ts';

const test = suite('pinning images');
const PIN = {
  app: 'shop',
  repository: 'fra.ocir.io:443/ns/galley/shop',
  image: `fra.ocir.io:443/ns/galley/shop@sha256:${'a'.repeat(64)}`,
};

for (const [image, parsed] of [
  ['shop', { repository: 'shop' }],
  ['shop:1', { repository: 'shop', tag: '1' }],
  ['host:5000/x', { repository: 'host:5000/x' }],
  ['host:5000/x:tag', { repository: 'host:5000/x', tag: 'tag' }],
  ['host:5000/x:t@sha256:1', { repository: 'host:5000/x', tag: 't', digest: 'sha256:1' }],
] as const) {
  test(`${image} is ${JSON.stringify(parsed)}`, () => assert.equal(parseImage(image), parsed));
}

const template = (image: string): string => `spec: {containers: [{name: c, image: "${image}"}]}`;
const manifest = (kind: string, body: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: x}\n${body}`;
const pinned = (text: string): string[] =>
  pinImages(parseManifests([{ file: 'k8s/x.yaml', text }]), PIN)
    .manifests.flatMap(({ object }) => imagesOf(object))
    .map(({ image }) => image);

for (const [image, isPinned] of [
  ['shop', true],
  [PIN.repository, true],
  [`${PIN.repository}:latest`, true],
  [PIN.image, true],
  ['shop:1.0', false],
  ['docker.io/library/shop', false],
  ['shopping', false],
  [`${PIN.repository}x:1`, false],
  [`${PIN.repository}@sha256:${'b'.repeat(64)}`, false],
  ['nginx', false],
] as const) {
  test(`${image} is ${isPinned ? 'pinned' : 'left as it is'}`, () => {
    const both = manifest(
      'Pod',
      `spec: {containers: [{name: a, image: shop}, {name: b, image: "${image}"}]}`,
    );
    assert.is(pinned(both)[1], isPinned ? PIN.image : image);
  });
}

for (const [where, text] of [
  ['Pod', manifest('Pod', template('shop'))],
  ['init container', manifest('Pod', 'spec: {initContainers: [{name: a, image: shop}], containers: []}')],
  ['PodTemplate', manifest('PodTemplate', `template: {${template('shop')}}`)],
  ['Deployment', manifest('Deployment', `spec: {template: {${template('shop')}}}`)],
  ['Job', manifest('Job', `spec: {template: {${template('shop')}}}`)],
  ['CronJob', manifest('CronJob', `spec: {jobTemplate: {spec: {template: {${template('shop')}}}}}`)],
  [
    'a custom resource at any depth',
    manifest('Rollout', `spec: {parts: [{template: {${template('shop')}}}]}`),
  ],
  [
    'an image volume',
    manifest('Pod', 'spec: {containers: [], volumes: [{name: v, image: {reference: shop}}]}'),
  ],
] as const) {
  test(`pinned in ${where}`, () => assert.equal(pinned(text), [PIN.image]));
}

for (const [what, text] of [
  ['a ConfigMap that holds a pod', manifest('ConfigMap', `data: {${template('shop')}}`)],
  ['another image', manifest('Pod', template('nginx:1.27'))],
  ['no image at all', manifest('Service', 'spec: {}')],
] as const) {
  test(`${what}: nothing matched is a problem that lists what is there`, () => {
    const [problem, ...others] = pinImages(parseManifests([{ file: 'k8s/x.yaml', text }]), PIN).problems;
    assert.equal([problem?.reason, others], ['ImageNotFound', []]);
    assert.match(problem?.message ?? '', /no image in the manifests is "shop" or "fra\.ocir\.io:443/);
    const there = /k8s\/x\.yaml, document 1, Pod x, spec\.containers\[0\]\.image: nginx:1\.27/;
    if (what === 'another image') assert.match(problem?.message ?? '', there);
  });
}

test.run();
