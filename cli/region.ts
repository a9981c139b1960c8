// The local region as the command line starts it: bundles built, state under .galley/region, a note for other commands.
import { existsSync, rmSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { RunningRegion, StartOptions } from '../local/region.ts';
import { type Noted, removeNote, writeNote } from './context.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface LocalOptions extends Omit<StartOptions, 'directory'> {
  /** Where `.galley/` lies. */
  readonly home: string;
  /** Throws away what an earlier run left. */
  readonly isReset: boolean;
}

export interface LocalRegion extends RunningRegion {
  readonly note: Noted;
  /** Addresses of what the Terraform state names and the region leaves out. */
  readonly leftOut: readonly string[];
  /** Which kind of cluster it has, in words. */
  readonly cluster: string;
}

/** Starts the region with the pipeline in it, and notes where it is; `stop` takes the note away again. */
export async function startLocal({ home, isReset, ...options }: LocalOptions): Promise<LocalRegion> {
  options.starting?.('bundles');
  await buildBundles();
  const directory = join(home, '.galley', 'region');
  if (isReset) rmSync(directory, { recursive: true, force: true });
  const { startRegion } = await import('../local/region.ts');
  const tools = process.env.KUBEBUILDER_ASSETS ?? process.env.GALLEY_TOOLS_CACHE;
  const own = { directory, bundles: join(ROOT, 'dist'), ...(tools === undefined ? {} : { tools }) };
  const running = await startRegion({ ...options, ...own });
  const note = noteOf(running);
  writeNote(home, note);
  const stop = async (): Promise<void> => {
    removeNote(home);
    await running.stop();
  };
  const { notPlayed } = await import('../local/played.ts');
  return {
    ...running,
    note,
    leftOut: notPlayed(running.region.twin),
    cluster: CLUSTERS[running.facts.cluster ?? ''] ?? 'no cluster',
    stop,
  };
}

const CLUSTERS: Readonly<Record<string, string>> = {
  real: 'a real control plane',
  'stand-in':
    'a stand-in cluster (`galley up --help` says what it leaves out; `npm run tools` builds a real one)',
  kubeconfig: 'your cluster',
};

/** What `galley use` would take from the state's outputs, with the places of this machine. */
function noteOf({ region, description }: RunningRegion): Noted {
  const outputs = Object.entries(region.twin.outputs.galley_environment ?? {});
  const named = outputs.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { registry, namespace } = description;
  return {
    environment: {
      ...Object.fromEntries(named),
      ...(registry === '' ? {} : { GALLEY_OCIR_ENDPOINT: `${registry}/${namespace}/galley` }),
      GALLEY_REGION: region.name,
      GALLEY_BUCKET_NAMESPACE: namespace,
      GALLEY_BUCKET_NAME: description.sourceBucket,
      GALLEY_STATE_BUCKET_NAME: description.stateBucket,
      GALLEY_ENDPOINT: description.endpoint,
    },
    ociConfig: description.ociConfig,
    profile: 'DEFAULT',
    kubeconfig: description.kubeconfig,
  };
}

/** Runs the build when a source is newer than the bundles. */
export async function buildBundles(): Promise<void> {
  const made = ['upload-trigger/func.js', 'poll-build/func.js', 'apply/func.js', 'galley-build.mjs'].map(
    (file) => join(ROOT, 'dist', file),
  );
  const oldest = made.every((file) => existsSync(file))
    ? Math.min(...made.map((file) => statSync(file).mtimeMs))
    : 0;
  for await (const file of glob('{functions,shared,build-instance,tools}/**/*.ts', { cwd: ROOT })) {
    if (statSync(join(ROOT, file)).mtimeMs <= oldest) continue;
    await execa(process.execPath, ['tools/build.ts'], { cwd: ROOT, stdin: 'ignore', stdout: 2, stderr: 2 });
    return;
  }
}
