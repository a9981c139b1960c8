// Sources that are rendered on the Build Instance by the real tools, and what a template with a mistake in it becomes.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findTool } from '../../tools/toolset.ts';
import { controlPlaneBinaries } from '../helpers/cluster.ts';
import { needs } from '../helpers/needs.ts';
import { type Administrator, administratorOf, imagesOf } from './administrator.ts';
import { as, deployed } from './ended.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { quick } from './sources.ts';

const test = suite('kustomize and Helm');
let pipeline: Pipeline;
let administrator: Administrator;
test.before(async () => {
  const cluster = controlPlaneBinaries() === undefined ? 'stand-in' : 'real';
  pipeline = await startPipeline({ cluster, functions: 'processes' });
  administrator = await administratorOf(pipeline);
});
test.after(async () => {
  administrator?.close();
  await pipeline?.stop();
});

const deployment = (name: string, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - {name: web, image: "${image}", readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}}
`;
const service = (name: string): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {type: LoadBalancer, selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]}
`;

const KUSTOMIZE = {
  'k8s/kustomization.yaml':
    'resources: [base/web.yaml, base/service.yaml]\ncommonAnnotations: {team: blue}\nconfigMapGenerator: [{name: settings, literals: [mode=fast]}]\n',
  'k8s/base/web.yaml': deployment('web', 'kust'),
  'k8s/base/service.yaml': service('web'),
};
const HELM = {
  'k8s/Chart.yaml': 'apiVersion: v2\nname: any\nversion: 0.1.0\n',
  'k8s/values.yaml': 'mode: slow\n',
  'k8s/templates/all.yaml': [
    deployment('{{ .Release.Name }}', '{{ .Release.Name }}'),
    service('{{ .Release.Name }}'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: {{ .Release.Namespace }}}\ndata: {mode: {{ .Values.mode }}}\n',
  ].join('---\n'),
  'k8s/templates/tests/probe.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: probe, annotations: {helm.sh/hook: test}}\nspec: {containers: [{name: x, image: elsewhere}]}\n',
};
/** A map in braces, which YAML cannot read before it is rendered. */
const TEMPLATE_MISTAKE = { ...HELM, 'k8s/templates/wrong.yaml': 'a: {{ .Values.nothing.here }}\n' };
const PATH_OUTSIDE = {
  ...KUSTOMIZE,
  'k8s/kustomization.yaml': `resources: [${'../'.repeat(12)}etc/passwd]\n`,
};

const { Dockerfile = '' } = quick('');
const source = (files: Record<string, string>, text: string) => ({
  Dockerfile,
  'index.html': text,
  ...files,
});

function tool(name: string, what: string, body: () => Promise<void>): void {
  const needed = { name: what, what: `${name} (npm run tools)` };
  test(what, needs(findTool(name) !== undefined, needed, body));
}

for (const [name, app, files, mode] of [
  ['kustomize', 'kust', KUSTOMIZE, 'fast'],
  ['helm', 'chart', HELM, 'slow'],
] as [string, string, Record<string, string>, string][]) {
  tool(name, `a source of ${name} is rendered, pinned and deployed`, async () => {
    const build = deployed(await pipeline.ended(await pipeline.upload(app, source(files, name))));
    assert.is(await pipeline.answer(build), name);
    const deployments = await administrator.list(`/apis/apps/v1/namespaces/${app}/deployments`);
    assert.equal(deployments.flatMap(imagesOf), [build.image]);
    const maps = await administrator.list(`/api/v1/namespaces/${app}/configmaps`);
    const settings = maps.find(({ metadata }) => metadata.name.startsWith('settings'));
    assert.equal(settings?.data, { mode });
    const manifests = (await pipeline.desk.readManifests(build)) ?? '';
    assert.match(manifests, /kind: Deployment/);
    assert.not.match(manifests, /helm\.sh\/hook|\{\{/);
    const chunks = await pipeline.desk.chunks(build);
    const log = (await Promise.all(chunks.map(pipeline.desk.readChunk))).join('');
    assert.match(log, new RegExp(`==> ${name} renders k8s`));
    assert.match((await pipeline.desk.readPlan(build)) ?? '', /\+ Deployment\.apps\//);
  });
}

for (const [name, app, files, says] of [
  ['helm', 'chart', TEMPLATE_MISTAKE, /wrong\.yaml.*nil pointer evaluating interface/s],
  ['kustomize', 'kust', PATH_OUTSIDE, /security; file '\/etc\/passwd' is not in or below 'k8s'/],
] as [string, string, Record<string, string>, RegExp][]) {
  tool(name, `a mistake in a source of ${name} is the user’s, in the tool’s own words`, async () => {
    const key = await pipeline.upload(app, source(files, 'wrong'));
    const failed = as(await pipeline.ended(key), 'failed');
    assert.equal([failed.phase, failed.fault, failed.reason], ['render', 'user', 'RenderFailed']);
    assert.equal(failed.exitCode, 25);
    assert.match(failed.detail, says, failed.detail);
    assert.not.match(failed.detail, /instance-agent/, failed.detail);
  });
}

test.run();
