// Where the pipeline is: GALLEY_* variables, over what `galley up` or `galley use` noted in .galley/context.json.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type ToolConfig, toolConfig } from '../shared/config.ts';
import { PipelineError } from '../shared/errors.ts';

const FILE = join('.galley', 'context.json');

export interface Noted {
  /** GALLEY_* variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** OCI config file and profile to sign with; default: the SDK's own, `~/.oci/config`, DEFAULT. */
  readonly ociConfig?: string;
  readonly profile?: string;
  /** For `galley plan` and `doctor`; default: KUBECONFIG. */
  readonly kubeconfig?: string;
}

export interface Context extends Noted {
  readonly config: ToolConfig;
}

/** Looks for the note from `directory` upwards; variables of `env` win. Throws naming every variable that is wrong. */
export function loadContext(directory: string, env: NodeJS.ProcessEnv): Context {
  const noted = readNote(directory);
  const given = Object.entries(env).filter(
    ([name, value]) => name.startsWith('GALLEY_') && value !== undefined,
  );
  const environment = { ...noted?.environment, ...Object.fromEntries(given) } as Record<string, string>;
  const ociConfig = env.OCI_CONFIG_FILE ?? noted?.ociConfig;
  const profile = env.OCI_CLI_PROFILE ?? noted?.profile;
  const kubeconfig = noted?.kubeconfig ?? env.KUBECONFIG;
  if (noted === undefined && given.length === 0) throw nothingKnown();
  return {
    environment,
    config: toolConfig(environment),
    ...(ociConfig === undefined ? {} : { ociConfig }),
    ...(profile === undefined ? {} : { profile }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
}

function nothingKnown(): PipelineError {
  return new PipelineError('No pipeline is known here.', {
    retry: 'never',
    reason: 'NoContext',
    hint: 'Run `galley up` for a local one, `galley use --terraform DIR` for a deployed one, or set the GALLEY_* variables.',
  });
}

function readNote(directory: string): Noted | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const file = join(at, FILE);
    if (existsSync(file)) return parseNote(file);
    if (dirname(at) === at) return undefined;
  }
}

function parseNote(file: string): Noted {
  try {
    const note: Noted = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof note.environment === 'object' && note.environment !== null) return note;
  } catch {
    // Said below: either way the file is not one of ours.
  }
  throw new PipelineError(`${file} is not a note of galley.`, {
    retry: 'never',
    hint: 'Remove it, and run `galley use` again.',
  });
}

/** Written whole; readable by the user only, as it names where keys lie. */
export function writeNote(directory: string, note: Noted): string {
  const file = join(directory, FILE);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  return file;
}

export function removeNote(directory: string): void {
  rmSync(join(directory, FILE), { force: true });
}
