// galley push [DIR]: pack, upload, follow.
import { createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse, stringify } from 'yaml';
import type { Build } from '../../shared/build/build.ts';
import { buildId } from '../../shared/build/id.ts';
import { PipelineError } from '../../shared/errors.ts';
import { DESCRIPTOR_NAME } from '../../shared/tarball/descriptor.ts';
import { listSource } from '../../shared/tarball/listing.ts';
import { pack } from '../../shared/tarball/pack.ts';
import { checkApp } from '../choose.ts';
import type { Context } from '../context.ts';
import { exitCodeOf, sentence, toJson } from '../describe.ts';
import { openDesk } from '../desk.ts';
import { follow } from '../follow.ts';
import { paintState, type Terminal } from '../terminal.ts';

export interface PushOptions {
  readonly app?: string;
  readonly follow?: boolean;
  readonly image?: string;
  readonly list?: boolean;
}

/** Enough to see a rule that takes too much; a build directory may hold thousands. */
const SHOWN_LEFT_OUT = 50;

interface Packed {
  readonly file: string;
  readonly bytes: number;
}

interface Push {
  readonly options: PushOptions;
  readonly context: () => Context;
  readonly terminal: Terminal;
}

/** @returns the exit code: the build's own when it was followed */
export async function push(directory: string, { options, context, terminal }: Push): Promise<number> {
  const root = resolve(directory);
  if (options.list === true) return list(root, terminal);
  const app = checkApp(options.app ?? basename(root));
  const known = context();
  const sent = await uploadSource({ directory: root, app, options, context: known, terminal });
  if (options.follow !== true) {
    terminal.print(sent.id);
    terminal.json({ app, ...sent });
    return 0;
  }
  const build = await follow({ app, id: sent.id }, { desk: openDesk(known), terminal, showLog: true });
  return build === undefined ? neverAdmitted(sent.id) : tell(build, terminal);
}

export interface Source {
  readonly directory: string;
  readonly app: string;
  readonly options: Pick<PushOptions, 'image'>;
  readonly context: Context;
  readonly terminal: Terminal;
}

/** Packs and uploads; the build id is known at once, as it is made of the upload. */
export async function uploadSource({
  directory,
  app,
  options,
  context,
  terminal,
}: Source): Promise<{ id: string; bytes: number }> {
  const root = resolve(directory);
  const work = await mkdtemp(join(tmpdir(), 'galley-push-'));
  try {
    const file = join(work, 'source.tar.gz');
    const { bytes } = await (options.image === undefined
      ? packTo(root, { file, terminal })
      : packImage(options.image, { root, file }));
    const object = `apps/${checkApp(app)}/source.tar.gz`;
    const { namespace, sourceBucket: bucket } = context.config;
    terminal.progress(`uploading ${size(bytes)} to ${bucket}/${object}`);
    const upload = await openDesk(context).put(object, file);
    terminal.endProgress();
    const id = buildId({ namespace, bucket, object, eTag: upload.eTag }, upload.uploadedAt);
    terminal.note(`uploaded ${size(bytes)} as build ${id} of ${app}`);
    return { id, bytes };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function tell(build: Build, terminal: Terminal): number {
  terminal.print(`${paintState(build.state)}: ${sentence(build, new Date())}`);
  terminal.json(toJson(build));
  return exitCodeOf(build);
}

function neverAdmitted(id: string): never {
  throw new PipelineError(`Build ${id} was not admitted within three minutes.`, {
    retry: 'later',
    reason: 'NotAdmitted',
    hint: 'Do events reach upload-trigger, and does the clock reach poll-build? `galley doctor` looks.',
  });
}

async function packTo(
  root: string,
  { file, terminal }: { file: string; terminal: Terminal },
): Promise<Packed> {
  terminal.progress(`packing ${root}`);
  const { stream, files, leftOut } = pack(root);
  await pipeline(stream, createWriteStream(file));
  const { size: bytes } = await stat(file);
  terminal.endProgress();
  terminal.note(`packed ${files} files, ${size(bytes)}; left out: ${leftOut}`);
  return { file, bytes };
}

/** An image alone: galley.yaml with that image, and the plain manifests of the directory if it has any. */
async function packImage(image: string, { root, file }: { root: string; file: string }): Promise<Packed> {
  const source = join(dirname(file), 'source');
  await mkdir(source);
  const said = await readFile(join(root, DESCRIPTOR_NAME), 'utf8').catch(() => '');
  const { build: _, ...descriptor } = (parse(said) ?? {}) as Record<string, unknown>;
  await writeFile(join(source, DESCRIPTOR_NAME), stringify({ ...descriptor, image }));
  if (existsSync(join(root, 'k8s'))) await cp(join(root, 'k8s'), join(source, 'k8s'), { recursive: true });
  await pipeline(pack(source).stream, createWriteStream(file));
  return { file, bytes: (await stat(file)).size };
}

function list(root: string, terminal: Terminal): number {
  const { items, leftOut, ignoreFile } = listSource(root);
  const files = items.filter(({ kind }) => kind !== 'directory');
  for (const { path, size: bytes } of files) terminal.print(`${size(bytes).padStart(9)}  ${path}`);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const rules = ignoreFile === undefined ? 'no ignore file' : `by ${ignoreFile}`;
  terminal.note(
    `${files.length} files, ${size(total)} before compression; left out: ${leftOut.length} (${rules})`,
  );
  for (const path of leftOut.slice(0, SHOWN_LEFT_OUT)) terminal.note(`  left out  ${path}`);
  if (leftOut.length > SHOWN_LEFT_OUT)
    terminal.note(`  … and ${leftOut.length - SHOWN_LEFT_OUT} more; --json names all`);
  terminal.json({ files: files.map(({ path, size: bytes }) => ({ path, bytes })), leftOut, ignoreFile });
  return 0;
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
