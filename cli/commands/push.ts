// galley push [DIR]: pack, upload, follow.
import { createReadStream, createWriteStream, existsSync, rmSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse, stringify } from 'yaml';
import { buildId } from '../../shared/build/id.ts';
import { PipelineError } from '../../shared/errors.ts';
import { admit } from '../../shared/tarball/admission.ts';
import { DESCRIPTOR_NAME } from '../../shared/tarball/descriptor.ts';
import { pack } from '../../shared/tarball/pack.ts';
import { checkApp } from '../choose.ts';
import type { Context } from '../context.ts';
import { openDesk } from '../desk.ts';
import { follow, tell } from '../follow.ts';
import { listFiles } from '../list.ts';
import { cleaning } from '../signals.ts';
import { counted, size, type Terminal } from '../terminal.ts';

export interface PushOptions {
  readonly app?: string;
  readonly follow?: boolean;
  readonly image?: string;
  readonly list?: boolean;
}

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
  requireDirectory(root);
  if (options.list === true) return listFiles(root, terminal);
  const app = checkApp(options.app ?? basename(root));
  const known = context();
  const sent = await uploadSource({ directory: root, app, options, context: known, terminal });
  if (options.follow !== true) {
    terminal.print(sent.id);
    terminal.json({ app, ...sent });
    return 0;
  }
  const build = await follow({ app, id: sent.id }, { desk: openDesk(known), terminal });
  return build === undefined ? neverAdmitted(sent.id) : tell(build, terminal);
}

export interface Source {
  readonly directory: string;
  readonly app: string;
  readonly options: Pick<PushOptions, 'image'>;
  readonly context: Context;
  readonly terminal: Terminal;
}

/**
 * Packs, judges and uploads; the build id is known at once, as it is made of the upload.
 * Throws TarballRefused, with nothing uploaded, for what the pipeline would reject.
 */
export async function uploadSource(source: Source): Promise<{ id: string; bytes: number }> {
  requireDirectory(resolve(source.directory));
  const work = await mkdtemp(join(tmpdir(), 'galley-push-'));
  const remove = (): void => rmSync(work, { recursive: true, force: true });
  return cleaning(remove, () => send(source, work)).finally(remove);
}

async function send(
  { directory, app, options, context, terminal }: Source,
  work: string,
): Promise<{ id: string; bytes: number }> {
  const root = resolve(directory);
  const file = join(work, 'source.tar.gz');
  const { bytes } = await (options.image === undefined
    ? packTo(root, { file, terminal })
    : packImage(options.image, { root, file }));
  await admit(createReadStream(file), { app: checkApp(app) });
  const object = `apps/${app}/source.tar.gz`;
  const { namespace, sourceBucket: bucket } = context.config;
  terminal.progress(`uploading ${size(bytes)} to ${bucket}/${object}`);
  const upload = await openDesk(context).put(object, file);
  terminal.endProgress();
  const id = buildId({ namespace, bucket, object, eTag: upload.eTag }, upload.uploadedAt);
  terminal.note(`uploaded ${size(bytes)} as build ${id} of ${app}`);
  return { id, bytes };
}

function requireDirectory(root: string): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new PipelineError(`${root} is not a directory.`, {
    retry: 'never',
    reason: 'SourceUnreadable',
    hint: 'galley push DIR packs a directory with a Dockerfile in it; a tarball of yours goes up with `oci os object put`.',
  });
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
  terminal.note(`packed ${counted(files, 'file')}, ${size(bytes)}; left out: ${leftOut}`);
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
