// The steps of one build, in order. Everything a step needs is made here and ends here.
import { generateManifests } from '../shared/kubernetes/generate.ts';
import type { Unpacked } from '../shared/tarball/unpack.ts';
import type { RunArguments } from './arguments.ts';
import { buildImage } from './build-image.ts';
import { findEngine } from './engine.ts';
import type { Engine } from './engine-commands.ts';
import { exposedPorts } from './image.ts';
import { lockApp } from './lock.ts';
import { BuildFailure, during, together } from './phases.ts';
import type { BuildPorts } from './ports.ts';
import { makeRoom } from './prune.ts';
import { logIn, openRegistry, push } from './registry.ts';
import { renderManifests } from './render.ts';
import type { Report } from './report.ts';
import { fetchSource } from './source.ts';
import { openWorkDirectory, sweepLeftovers } from './work.ts';

/** A registry token lives an hour (facts run-command §7.2): one older than this is made anew before the push. */
const TOKEN_MS = 30 * 60_000;

export interface BuildContext {
  readonly run: RunArguments;
  readonly ports: BuildPorts;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** GALLEY_WORK_DIR */
  readonly root: string;
  /** `<host>/<tenancy namespace>/<prefix>` */
  readonly ocirEndpoint: string;
}

export interface Built {
  /** `<repository>@sha256:…` */
  readonly image: string;
  readonly digest: string;
}

/** Throws StepFailed, or anything else when the machine itself cannot do it. */
export async function build(context: BuildContext): Promise<Built> {
  const { run, report, signal, root } = context;
  const left = await sweepLeftovers(root);
  if (left.length > 0) report.line(`==> Cleared away ${left.length} builds that were killed`);
  const onWait = (): void => report.line(`==> Waiting for another build of ${run.app}`);
  const directory = await openWorkDirectory(root, `${run.app}-${run.build}-${run.attempt}`);
  try {
    const lock = await lockApp(root, { app: run.app, signal, onWait });
    try {
      return await steps(context, { directory: directory.path, noteGroup: directory.noteGroup });
    } finally {
      await lock.release();
    }
  } finally {
    await directory.remove();
  }
}

interface Place {
  readonly directory: string;
  readonly noteGroup: (pid: number) => void;
}

async function steps(context: BuildContext, { directory, noteGroup }: Place): Promise<Built> {
  const { run, ports, report, ocirEndpoint } = context;
  const repository = `${ocirEndpoint}/${run.app}`;
  const image = `${repository}:${run.build}`;
  const engine = await during('wait', () => prepareEngine(context));
  const registry = await openRegistry(repository, directory);
  const tools = { ...context, engine, noteGroup, registry };
  const login = () => during('login', () => logIn(registry, tools));
  const tokenSince = ports.now().getTime();
  // Before the build, for base images in OCIR.
  const [source] = await together(fetchAndRender(context, directory), login());
  report.line(`==> Building ${image} with ${engine.name}`);
  const make = () => during('build', () => buildImage({ ...tools, source, image }));
  await make();
  if (ports.now().getTime() - tokenSince > TOKEN_MS) await login();
  report.line(`==> Pushing ${image}`);
  const pushing = during('push', () => push(image, { ...tools, directory, again: make }));
  const look = () => during('build', () => exposedPorts(image, tools));
  // An image that was lost is made again by the push.
  const exposed = () => look().catch(() => pushing.then(look));
  const [digest] = await together(pushing, generate(context, { source, repository, exposed }));
  return { image: `${repository}@${digest}`, digest };
}

async function prepareEngine({ report, signal, root, ocirEndpoint }: BuildContext): Promise<Engine> {
  const engine = await findEngine({ root, signal, say: report.line });
  await makeRoom(engine, { root, ocirEndpoint, say: report.line });
  return engine;
}

async function fetchAndRender(context: BuildContext, directory: string): Promise<Unpacked> {
  const source = await during('download', () => fetch(context, directory));
  await during('render', () => render(context, { source, directory }));
  return source;
}

async function fetch(context: BuildContext, directory: string): Promise<Unpacked> {
  const { run, ports, report, signal } = context;
  report.line(`==> Fetching ${run.object}`);
  const source = await fetchSource(run, { ports, directory, signal });
  report.line(`==> ${source.entries} entries, ${source.bytes} bytes`);
  if (source.descriptor.image === undefined) return source;
  const detail = `galley.yaml names the image ${source.descriptor.image}: there is nothing to build.`;
  throw new BuildFailure('NothingToBuild', { fault: 'user', phase: 'check', detail });
}

/** Plain manifests were stored when the upload was admitted. */
async function render(
  { run, ports, report, signal }: BuildContext,
  { source, directory }: { source: Unpacked; directory: string },
): Promise<void> {
  if (source.source !== 'kustomize' && source.source !== 'helm') return;
  const namespace = source.descriptor.namespace ?? run.app;
  const rendering = { source, app: run.app, namespace, directory, signal, say: report.line };
  await ports.texts.writeManifests({ app: run.app, id: run.build }, await renderManifests(rendering));
}

/** Of an upload that brings no manifests. Only now it is known which ports the image has. */
async function generate(
  { run, ports, report }: BuildContext,
  { source, repository, exposed }: { source: Unpacked; repository: string; exposed: () => Promise<number[]> },
): Promise<void> {
  if (source.source !== 'none') return;
  const { service, namespace = run.app } = source.descriptor;
  const input = { app: run.app, namespace, image: repository, ports: await exposed(), service };
  const text = generateManifests(input);
  await ports.texts.writeManifests({ app: run.app, id: run.build }, text);
  const kept = `manifests/${run.app}/${run.build}.yaml`;
  report.line(`==> The upload has no manifests: generated ${kept}; copy it into k8s/ to change it`);
}
