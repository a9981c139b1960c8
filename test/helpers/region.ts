// A region of its own for one test file: fresh directory, free port, no containers unless asked for.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFileAuthenticationDetailsProvider, NoRetryConfigurationDetails } from 'oci-common';
import { removeImagesOf } from '../../local/containers/images.ts';
import { silentLog } from '../../local/log.ts';
import { type RunningRegion, type StartOptions, startRegion } from '../../local/region.ts';

/** A running region with a way to sign as its people. */
export interface TestRegion extends RunningRegion {
  /** Credentials of a profile: `DEFAULT` is the owner and may do all, `DEVELOPER` what policies say. */
  credentials(profile?: 'DEFAULT' | 'DEVELOPER'): ConfigFileAuthenticationDetailsProvider;
}

/** Client settings for tests: an error is an answer, not a reason to wait. */
export const noRetries = { retryConfiguration: NoRetryConfigurationDetails };

/**
 * Starts a region in a directory that `stop` removes (unless `directory` is given: then it stays).
 * @param overrides such as `services: ['object-storage', 'events']`; identity is always there
 */
export async function startTestRegion(overrides: Partial<StartOptions> = {}): Promise<TestRegion> {
  const directory = overrides.directory ?? (await mkdtemp(join(tmpdir(), 'galley-region-')));
  const running = await startRegion({
    port: 0,
    functions: 'processes',
    pods: 'played',
    cluster: 'stand-in',
    clockSeconds: 1,
    agentSeconds: 0.1,
    log: silentLog,
    ...overrides,
    directory,
  });
  return {
    ...running,
    credentials: (profile = 'DEFAULT') =>
      new ConfigFileAuthenticationDetailsProvider(running.description.ociConfig, profile),
    stop: async () => {
      await running.stop();
      // Hundreds of old tags make podman slow for everybody.
      if (overrides.pods === 'auto') await removeImagesOf(running.description.registry);
      if (overrides.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
