// Runs Terraform or OpenTofu on a copy of deploy/, with the providers of this process and no network.
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findTool } from '../../../tools/toolset.ts';
import type { Providers } from './provider.ts';

/** Terraform where it is on PATH, and OpenTofu there or as tools/ built it: what runs here, best first. */
export function terraformPrograms(): readonly string[] {
  return ['terraform', 'tofu'].flatMap((name) => findTool(name) ?? []);
}

/** One of them; undefined: neither is there. */
export function terraformProgram(): string | undefined {
  return terraformPrograms()[0];
}

export const NO_TERRAFORM = 'neither terraform nor tofu on PATH; `npm run tools tofu` builds one';

export interface Run {
  readonly exitCode: number;
  /** Standard output and standard error, in order. */
  readonly output: string;
}

export interface Workspace extends AsyncDisposable {
  readonly directory: string;
  /** Runs one command; never throws for its exit code. */
  run(...args: readonly string[]): Promise<Run>;
  /** Runs one command that must succeed; throws with its output. */
  must(...args: readonly string[]): Promise<string>;
  /** Writes the variables every command takes. */
  variables(values: Readonly<Record<string, unknown>>): Promise<void>;
  /** The state file, parsed. */
  state(): Promise<{ outputs: Record<string, { value: unknown }>; resources: readonly StateResource[] }>;
}

export interface StateResource {
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly instances: readonly {
    readonly index_key?: string | number;
    readonly attributes: Record<string, unknown>;
  }[];
}

/**
 * A copy of deploy/ in a directory of its own, initialised; dispose to remove it.
 * @param source another directory with the module in it
 */
export async function openWorkspace({
  program,
  providers,
  source = 'deploy',
}: {
  program: string;
  providers: Providers;
  source?: string;
}): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'galley-deploy-'));
  const directory = join(root, 'deploy');
  const isWanted = (path: string): boolean => !/\.terraform|\.tfstate|\.tfvars$/.test(path);
  await cp(source, directory, { recursive: true, filter: isWanted });
  await mkdir(join(root, 'dist'));
  await writeFile(join(root, 'dist', 'galley-build.mjs'), BUNDLE);
  const run = async (...args: readonly string[]): Promise<Run> => {
    const { exitCode, all } = await execa(program, args, {
      cwd: directory,
      all: true,
      reject: false,
      env: environment(root, providers),
    });
    return { exitCode: exitCode ?? 1, output: all };
  };
  const must = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, output } = await run(...args);
    if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${output}`);
    return output;
  };
  await must('init', '-no-color', '-input=false');
  return {
    directory,
    run,
    must,
    variables: (values) =>
      writeFile(join(directory, 'test.auto.tfvars.json'), JSON.stringify(values, null, 2)),
    state: async () => JSON.parse(await readFile(join(directory, 'terraform.tfstate'), 'utf8')),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Stands in for the built program: the deployment only hashes and uploads it. */
export const BUNDLE = '// galley-build\n';

function environment(root: string, providers: Providers): Record<string, string> {
  const cli = '/dev/null';
  return {
    TF_REATTACH_PROVIDERS: providers.reattach,
    TF_CLI_CONFIG_FILE: existsSync(cli) ? cli : join(root, 'none.tfrc'),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
  };
}
