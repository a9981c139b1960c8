// galley use --terraform DIR: takes endpoint, buckets and ids from the outputs of a deployment.
import { execFileSync } from 'node:child_process';
import { toolConfig } from '../../shared/config.ts';
import { PipelineError } from '../../shared/errors.ts';
import { writeNote } from '../context.ts';
import type { Terminal } from '../terminal.ts';

const OUTPUT = 'galley_environment';

export interface UseOptions {
  readonly terraform: string;
  readonly profile?: string;
}

/** Runs `terraform output` (or `tofu output`) there; writes .galley/context.json here. */
export function use({ terraform, profile }: UseOptions, terminal: Terminal): number {
  const environment = environmentOf(outputsOf(terraform), terraform);
  toolConfig(environment);
  const file = writeNote(process.cwd(), { environment, ...(profile === undefined ? {} : { profile }) });
  terminal.print(`${file}: bucket ${environment.GALLEY_BUCKET_NAME} in ${environment.GALLEY_REGION}`);
  terminal.json({ file, environment });
  return 0;
}

function outputsOf(directory: string): Record<string, { value?: unknown }> {
  const problems: string[] = [];
  for (const program of ['terraform', 'tofu']) {
    try {
      const text = execFileSync(program, [`-chdir=${directory}`, 'output', '-json'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return JSON.parse(text);
    } catch (error) {
      problems.push(`${program}: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}`);
    }
  }
  throw new PipelineError(`No Terraform outputs in ${directory}: ${problems.join('; ')}`, {
    retry: 'never',
    hint: 'Run it where deploy/ was applied, with terraform or tofu on PATH.',
  });
}

function environmentOf(
  outputs: Record<string, { value?: unknown }>,
  directory: string,
): Record<string, string> {
  const value = outputs[OUTPUT]?.value;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    );
    return Object.fromEntries(entries);
  }
  const hint = 'Apply the deploy/ of this version: it has that output.';
  throw new PipelineError(`The outputs of ${directory} have no ${OUTPUT}.`, { retry: 'never', hint });
}
