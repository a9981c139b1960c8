// Kustomize and Helm with the real tools, where they are.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HELM, KUSTOMIZE, renderManifests } from '../../build-instance/render.ts';
import { unpack } from '../../shared/tarball/unpack.ts';
import { hasProgram, needs } from '../helpers/needs.ts';
import { DOCKERFILE, entry, pieces, tgz } from '../shared/tarball/archives.ts';

const test = suite('render');

/** What `npm run tools` built counts as being there, as it does on the local region's Build Instance. */
const cache = join(homedir(), '.cache/galley/tools');
const built = readdirIfThere(cache).filter((name) => /^(helm|kustomize)-/.test(name));
process.env.PATH = [process.env.PATH, ...built.map((name) => join(cache, name, 'bin'))].join(delimiter);

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const file = (name: string, content: string): Buffer => entry({ name, content });
const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

async function render(parts: Buffer[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'galley-render-'));
  try {
    mkdirSync(join(directory, 'source'));
    const bytes = pieces(tgz(DOCKERFILE, ...parts));
    const source = await unpack(bytes, { app: 'shop', directory: join(directory, 'source') });
    const signal = new AbortController().signal;
    const options = { app: 'shop', namespace: 'prod', directory, signal, say: () => undefined };
    return await renderManifests({ source, ...options });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const hasKustomize = hasProgram('kustomize') || (hasProgram('kubectl') && canKustomize());
const kustomize = { what: 'kustomize or kubectl (npm run tools)' };
const helm = { what: 'helm (npm run tools)' };

function canKustomize(): boolean {
  try {
    execFileSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test(
  'kustomize: bases and overlays, beside plain files',
  needs(hasKustomize, { ...kustomize, name: 'kustomize' }, async () => {
    const text = await render([
      file('galley.yaml', 'manifests: [deploy/prod, extra]'),
      file('deploy/base/kustomization.yaml', 'resources: [a.yaml]'),
      file('deploy/base/a.yaml', CONFIG_MAP),
      file('deploy/prod/kustomization.yaml', 'namePrefix: prod-\nresources: [../base]'),
      file('extra/b.yaml', 'kind: Extra\n'),
      file('extra/.c.yaml', 'kind: Hidden\n'),
    ]);
    assert.is(
      text,
      '---\n# Source: deploy/prod\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: prod-a\n---\n# Source: extra/b.yaml\nkind: Extra\n',
    );
  }),
);

test(
  'kustomize: what is wrong is told in its words, without the paths of the machine',
  needs(hasKustomize, { ...kustomize, name: 'kustomize errors' }, async () => {
    const parts = [file('k8s/kustomization.yaml', 'resources: [nowhere.yaml]')];
    const error = await render(parts).catch((thrown) => thrown);
    assert.match(error.message, /nowhere\.yaml/);
    assert.equal([error.reason, error.fault, error.phase], ['RenderFailed', 'user', 'render']);
    assert.not.match(error.message, '/galley-render-');
  }),
);

test(
  'kustomize: nothing outside is read, nothing is fetched',
  needs(hasKustomize, { ...kustomize, name: 'kustomize confinement' }, async () => {
    for (const resource of [
      '/etc/hostname',
      '../secret.yaml',
      'https://example.com/a.yaml',
      'github.com/a/b',
    ]) {
      const parts = [
        file('secret.yaml', CONFIG_MAP),
        file('k8s/kustomization.yaml', `resources: ["${resource}"]`),
      ];
      const error = await render(parts).catch((thrown) => thrown);
      assert.is(error.reason, 'RenderFailed', resource);
    }
  }),
);

test(
  'helm: release name, namespace, CRDs; no tests',
  needs(hasProgram('helm'), { ...helm, name: 'helm' }, async () => {
    const text = await render([
      file('k8s/Chart.yaml', 'apiVersion: v2\nname: chart\nversion: 1.0.0\n'),
      file('k8s/values.yaml', 'greeting: hello\n'),
      file('k8s/crds/c.yaml', 'kind: CustomResourceDefinition\nmetadata: {name: c}\n'),
      file(
        'k8s/templates/a.yaml',
        'kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata: {a: {{ .Values.greeting }}}\n',
      ),
      file('k8s/templates/t.yaml', 'kind: Pod\nmetadata: {name: t, annotations: {"helm.sh/hook": test}}\n'),
    ]);
    assert.match(text, 'name: shop, namespace: prod');
    assert.match(text, 'a: hello');
    assert.match(text, 'kind: CustomResourceDefinition');
    assert.not.match(text, 'kind: Pod');
  }),
);

test('command lines', () => {
  const to = { app: 'shop', namespace: 'prod' };
  const lines = [...KUSTOMIZE, ...HELM].map(({ program, args }) =>
    [program, ...args('/s/k8s', to)].join(' '),
  );
  assert.equal(lines, [
    'kustomize build /s/k8s',
    'kubectl kustomize /s/k8s',
    'helm template shop /s/k8s --namespace prod --include-crds --skip-tests',
  ]);
});

test('what the tools print is limited, and their home is the build’s own', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'galley-bin-'));
  const path = process.env.PATH;
  try {
    const notes = join(bin, 'notes');
    writeFileSync(
      join(bin, 'kustomize'),
      `#!/bin/sh\necho "$HOME $GIT_ALLOW_PROTOCOL $https_proxy" > ${notes}\nyes 'a: 1' | head -c 1100000\n`,
    );
    chmodSync(join(bin, 'kustomize'), 0o755);
    process.env.PATH = `${bin}:${path}`;
    const error = await render([file('k8s/kustomization.yaml', '{}')]).catch((thrown) => thrown);
    assert.match(error.message, /over 1048576 bytes/);
    assert.match(readFileSync(notes, 'utf8'), /galley-render-\w+\/render none http:\/\/127\.0\.0\.1:9/);
  } finally {
    process.env.PATH = path;
    rmSync(bin, { recursive: true });
  }
});

test('a Build Instance without the tool is another one’s turn', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const error = await render([file('k8s/Chart.yaml', 'name: a')]).catch((thrown) => thrown);
    assert.equal([error.reason, error.fault, error.phase], ['NoRenderer', 'platform', 'wait']);
    assert.match(error.message, 'The Build Instance has no helm to render k8s.');
  } finally {
    process.env.PATH = path;
  }
});

test.run();
