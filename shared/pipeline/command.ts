// The Run Command text: tiny, without secrets, every value validated or percent-encoded (facts run-command §0.3).
import { type Build, runOf } from '../build/build.ts';
import type { Limits } from '../build/decide.ts';
import { commandName, isAppName, isBuildId, retryToken } from '../build/id.ts';
import { PipelineError } from '../errors.ts';
import type { CommandRequest } from './ports.ts';

/** Inline scripts are at most 4 KB. */
const TEXT_LIMIT_BYTES = 4096;
/** An entity tag as Object Storage gives it: a UUID, or hex groups for multipart uploads. */
const ETAG = /^[A-Za-z0-9-]{1,128}$/;

/** What the instance's agent runs: galley-build with the build's own arguments. Throws on a value that does not belong in a shell. */
export function commandText(build: Build): string {
  const attempt = runOf(build)?.attempt ?? 0;
  const isValid = isAppName(build.app) && isBuildId(build.id) && ETAG.test(build.eTag) && attempt > 0;
  if (!isValid)
    throw new PipelineError(`No command for build ${build.id}: bad name or ETag.`, { retry: 'never' });
  // The name alone would be the newest upload's bytes, and this one's never again.
  const version = build.versionId === undefined ? '' : ` --version ${shellSafe(build.versionId)}`;
  const text = `#!/bin/bash
exec sudo -n galley-build run --app ${build.app} --build ${build.id} --attempt ${attempt} --object ${shellSafe(build.object)} --etag ${build.eTag}${version}
`;
  if (Buffer.byteLength(text) <= TEXT_LIMIT_BYTES) return text;
  throw new PipelineError(`The command of build ${build.id} is over 4 KB.`, { retry: 'never' });
}

/** Percent-encoded, with the five characters that encodeURIComponent leaves and a shell reads: `!'()*`. */
export function shellSafe(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The whole request for the build's current attempt. */
export function commandRequest(build: Build, limits: Limits): CommandRequest {
  const run = runOf(build);
  if (run === undefined)
    throw new PipelineError(`Build ${build.id} has no attempt to run.`, { retry: 'never' });
  return {
    instance: run.instance,
    displayName: commandName(build, run.attempt),
    text: commandText(build),
    retryToken: retryToken(build, run.attempt),
    timeoutSeconds: limits.buildSeconds,
  };
}
