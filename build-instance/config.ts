// Configuration of a Build Instance: the file that cloud-init writes.
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { type BuildInstanceConfig, buildInstanceConfig, type Environment } from '../shared/config.ts';
import { optional, parseEnvironment, pattern, wholeNumber } from '../shared/environment.ts';
import { messageOf, PipelineError } from '../shared/errors.ts';

export const CONFIG_FILE = '/etc/galley/build.env';

const DAY_SECONDS = 24 * 60 * 60;
const OWN = {
  /** The command's own limit; galley-build stops a little earlier, so that it can say why. */
  buildSeconds: ['GALLEY_BUILD_SECONDS', wholeNumber({ from: 1, to: DAY_SECONDS, otherwise: 1800 })],
  /** Instance metadata elsewhere than at 169.254.169.254; only in a local region. */
  metadataUrl: ['GALLEY_METADATA_URL', optional(pattern(/^https?:\/\/[^?#@\s]+\/$/, 'a URL that ends in /'))],
} as const;

export type InstanceConfig = BuildInstanceConfig & {
  readonly buildSeconds: number;
  readonly metadataUrl?: string;
};

/** Reads KEY=value lines. Throws PipelineError that names the file, or every wrong variable. */
export async function readConfig(file: string): Promise<InstanceConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new PipelineError(`Could not read the configuration ${file}: ${messageOf(cause)}`, {
      retry: 'later',
      reason: 'NotReady',
      hint: 'Cloud-init writes it; GALLEY_CONFIG_FILE names another file.',
      cause,
    });
  }
  const env: Environment = parseEnv(text);
  return { ...buildInstanceConfig(env), ...parseEnvironment(env, OWN) };
}
