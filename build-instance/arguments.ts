// The arguments of `galley-build run`: the Run Command's text is readable by many, so each is checked again here.
import { parseArgs } from 'node:util';
import { appOfObject, isAppName, isBuildId } from '../shared/build/id.ts';
import { BuildFailure } from './phases.ts';

export interface RunArguments {
  readonly app: string;
  readonly build: string;
  readonly attempt: number;
  /** Name of the object, decoded. */
  readonly object: string;
  readonly eTag: string;
  /** Of the upload in a bucket with versions: its bytes, also when a newer upload has taken its name. */
  readonly versionId?: string;
}

const ETAG = /^[A-Za-z0-9-]{1,128}$/;
const VERSION = /^[\x21-\x7e]{1,256}$/;
/** Log chunks of an attempt are numbered within 100,000. */
const LAST_ATTEMPT = 9;

/** Throws BuildFailure `BadInput` that lists every argument that is missing or wrong. */
export function runArguments(words: readonly string[]): RunArguments {
  const { app = '', build = '', attempt = '', object = '', etag = '', version } = parse(words);
  const name = decoded(object);
  const versionId = version === undefined ? undefined : (decoded(version) ?? '');
  const problems = [
    isAppName(app) ? '' : '--app: expected a DNS label of at most 40 characters',
    isBuildId(build) ? '' : '--build: expected an id such as 20261124T101112Z-1a2b3c4d',
    /^[1-9]$/.test(attempt) ? '' : `--attempt: expected a number from 1 to ${LAST_ATTEMPT}`,
    name !== undefined && appOfObject(name) === app
      ? ''
      : `--object: expected apps/${app || '<app>'}/<name>.tar.gz, .tgz or .tar, percent-encoded`,
    ETAG.test(etag) ? '' : '--etag: expected an entity tag',
    versionId === undefined || VERSION.test(versionId)
      ? ''
      : '--version: expected the id of an object version, percent-encoded',
  ].filter((problem) => problem !== '');
  if (problems.length > 0) throw badInput(problems.join('; '));
  const kept = versionId === undefined ? {} : { versionId };
  return { app, build, attempt: Number(attempt), object: name ?? '', eTag: etag, ...kept };
}

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { app: text, build: text, attempt: text, object: text, etag: text, version: text };
  try {
    return parseArgs({ args: [...words], options, strict: true }).values;
  } catch (error) {
    throw badInput(error instanceof Error ? error.message : String(error));
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function badInput(detail: string): BuildFailure {
  return new BuildFailure('BadInput', { fault: 'user', phase: 'check', detail });
}
