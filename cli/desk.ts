// The desk of this command line: the context's buckets, signed with the user's own key.
import { ConfigFileAuthenticationDetailsProvider } from 'oci-common';
import { PipelineError } from '../shared/errors.ts';
import { createDesk, type Desk } from '../shared/oci/desk.ts';
import type { Context } from './context.ts';

export function openDesk({ config, ociConfig, profile }: Context): Desk {
  const { region, endpoint } = config;
  const provider = credentials(ociConfig, profile);
  return createDesk({ provider, region, ...(endpoint === undefined ? {} : { endpoint }) }, config);
}

/** The user's API key: OCI_CONFIG_FILE, the context's, or `~/.oci/config`. */
export function credentials(ociConfig?: string, profile?: string): ConfigFileAuthenticationDetailsProvider {
  try {
    return new ConfigFileAuthenticationDetailsProvider(ociConfig, profile);
  } catch (cause) {
    const where = `${ociConfig ?? '~/.oci/config'}, profile ${profile ?? 'DEFAULT'}`;
    throw new PipelineError(`No usable OCI credentials in ${where}: ${(cause as Error).message}`, {
      retry: 'never',
      hint: 'Run `oci setup config`, or name another file or profile with OCI_CONFIG_FILE and OCI_CLI_PROFILE.',
      cause,
    });
  }
}
