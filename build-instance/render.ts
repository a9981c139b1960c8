// Manifests that are not plain YAML yet: kustomize and Helm run here, with the tools' own defaults and no network.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { joinManifests, MANIFESTS_LIMIT_BYTES } from '../shared/kubernetes/manifests.ts';
import { isYamlName } from '../shared/tarball/held.ts';
import { isIn, type Place } from '../shared/tarball/places.ts';
import type { Unpacked } from '../shared/tarball/unpack.ts';
import { listFiles } from './files.ts';
import { BuildFailure } from './phases.ts';
import { runProgram } from './programs.ts';

export interface Rendering {
  readonly source: Unpacked;
  readonly app: string;
  /** Kubernetes namespace, as `.Release.Namespace`. */
  readonly namespace: string;
  /** Of this build alone. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** @returns one multi-document text; throws BuildFailure `RenderFailed` with the tool's words */
export async function renderManifests(rendering: Rendering): Promise<string> {
  const files: { file: string; text: string }[] = [];
  for (const place of rendering.source.places) files.push(...(await render(place, rendering)));
  const text = joinManifests(files);
  if (Buffer.byteLength(text) <= MANIFESTS_LIMIT_BYTES) return text;
  throw failed(`The rendered manifests are over ${MANIFESTS_LIMIT_BYTES} bytes.`);
}

async function render(place: Place, rendering: Rendering): Promise<{ file: string; text: string }[]> {
  const file = place.path || '.';
  switch (place.kind) {
    case 'plain':
      return plain(place.path, rendering.source.root);
    case 'kustomize':
      return [{ file, text: await runFirst(KUSTOMIZE, { ...rendering, place }) }];
    case 'helm':
      return [{ file, text: await runFirst(HELM, { ...rendering, place }) }];
  }
}

async function plain(place: string, root: string): Promise<{ file: string; text: string }[]> {
  const files = (await listFiles(root, place)).filter((file) => isYamlName(file) && isIn(place, file)).sort();
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(root, file), 'utf8') })));
}

interface Tool {
  readonly program: string;
  args(place: string, rendering: Pick<Rendering, 'app' | 'namespace'>): string[];
}

/** Load restrictions, no plugins, no Helm: all defaults, and they stay. */
export const KUSTOMIZE: readonly Tool[] = [
  { program: 'kustomize', args: (place) => ['build', place] },
  { program: 'kubectl', args: (place) => ['kustomize', place] },
];
/** Charts bring their dependencies in `charts/`; tests are no part of a deployment. */
export const HELM: readonly Tool[] = [
  {
    program: 'helm',
    args: (place, { app, namespace }) => [
      'template',
      app,
      place,
      '--namespace',
      namespace,
      '--include-crds',
      '--skip-tests',
    ],
  },
];

/** Nothing may be fetched while rendering: what is deployed is in the upload. */
const OFFLINE = {
  https_proxy: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  GIT_ALLOW_PROTOCOL: 'none',
};

async function runFirst(tools: readonly Tool[], rendering: Rendering & { place: Place }): Promise<string> {
  const { source, place, directory, signal, say } = rendering;
  const home = join(directory, 'render');
  await mkdir(home, { recursive: true });
  const env = { ...OFFLINE, HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  for (const { program, args } of tools) {
    const command = args(join(source.root, place.path), rendering);
    const ended = await runProgram(program, { args: command, env, signal, cwd: source.root });
    if (ended.exitCode === 127) continue;
    say(`==> ${program} renders ${place.path || '.'}`);
    if (ended.exitCode === 0) return ended.stdout;
    const words = ended.tail.map((line) => line.replaceAll(`${source.root}/`, ''));
    for (const line of words) say(line);
    throw failed(`${program}: ${words.join('\n')}`);
  }
  const names = tools.map(({ program }) => program).join(' or ');
  const detail = `The Build Instance has no ${names} to render ${place.path || '.'}.`;
  throw new BuildFailure('NoRenderer', { fault: 'platform', phase: 'wait', detail });
}

function failed(detail: string): BuildFailure {
  return new BuildFailure('RenderFailed', { fault: 'user', phase: 'render', detail });
}
