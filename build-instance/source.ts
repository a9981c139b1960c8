// The upload's bytes, by their ETag, judged once more and unpacked.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { PipelineError } from '../shared/errors.ts';
import { type Unpacked, unpack } from '../shared/tarball/unpack.ts';
import type { RunArguments } from './arguments.ts';
import { BuildFailure } from './phases.ts';
import type { BuildPorts } from './ports.ts';

/** The adapter tries to open the object several times; this is for connections that break on the way. */
const RETRIES = 2;

/**
 * Fetches and unpacks in one stream; nothing lands on the disk but the source itself.
 * Throws TarballRefused, BuildFailure `UploadGone`, PipelineError.
 */
export async function fetchSource(
  run: RunArguments,
  {
    ports,
    directory,
    signal,
  }: { ports: Pick<BuildPorts, 'uploads' | 'now'>; directory: string; signal: AbortSignal },
): Promise<Unpacked> {
  const target = join(directory, 'source');
  const attempt = async (): Promise<Unpacked> => {
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { mode: 0o700 });
    const { object, eTag, versionId } = run;
    const version = versionId === undefined ? {} : { versionId };
    const upload = { object, eTag, ...version, uploadedAt: ports.now().toISOString(), bytes: 0 };
    const bytes = await ports.uploads.open(upload);
    return unpack(stoppable(bytes, signal), { app: run.app, directory: target });
  };
  try {
    return await pRetry(attempt, {
      retries: RETRIES,
      minTimeout: 500,
      signal,
      shouldRetry: ({ error }) => isPassing(error),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof PipelineError) || error.reason !== 'UploadGone') throw error;
    throw new BuildFailure('UploadGone', { fault: 'user', detail: goneText(run), cause: error });
  }
}

function goneText({ object, versionId }: RunArguments): string {
  // With versions an overwritten upload is still there: only a deletion takes it away.
  if (versionId !== undefined) {
    return `The version ${versionId} of ${object} was deleted before it was read. Upload it again.`;
  }
  return `${object} was overwritten or deleted before it was read, and the bucket keeps no versions. A newer upload has a build of its own, which goes on.`;
}

const isPassing = (error: Error): boolean => error instanceof PipelineError && error.retry === 'later';

async function* stoppable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}
