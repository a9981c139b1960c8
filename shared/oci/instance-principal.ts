// Who a Build Instance is: its instance principal, from the certificates its metadata service hands out.
import { PipelineError } from '../errors.ts';
import { lazily } from './lazily.ts';
import { type SessionKeys, sessionKeys } from './session-keys.ts';
import type { Provider } from './signing.ts';

export interface InstancePrincipalOptions {
  /** Base URL of a local region, in place of the region's federation service. */
  readonly endpoint?: string | undefined;
  /** Ends in `/opc/v2/`; absent: the link-local address of every instance of OCI. */
  readonly metadataUrl?: string | undefined;
}

/** The SDK's instance principal, made at the first call: it asks metadata and federation for certificates and a token. */
export function instancePrincipal(options: InstancePrincipalOptions): Provider {
  const keys = sessionKeys();
  keys.catch(() => undefined);
  const load = lazily(async () => build(options, await keys));
  let loaded: Provider | undefined;
  let asked: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    loaded ??= await load();
    return loaded.getKeyId();
  };
  return {
    // One at a time: the SDK would federate once for each of the calls that a build begins with.
    getKeyId: () => {
      asked ??= ask().finally(() => {
        asked = undefined;
      });
      return asked;
    },
    getPrivateKey: () => loaded?.getPrivateKey() ?? '',
    getPassphrase: () => loaded?.getPassphrase() ?? null,
    refresh: async () => loaded?.refresh?.(),
  };
}

async function build(
  { endpoint, metadataUrl }: InstancePrincipalOptions,
  keys: SessionKeys,
): Promise<Provider> {
  const { InstancePrincipalsAuthenticationDetailsProviderBuilder } = await import('oci-common');
  const builder = new InstancePrincipalsAuthenticationDetailsProviderBuilder();
  // The SDK does not export the class it asks for; these two methods are all it calls.
  builder.sessionKeySupplier = keys as unknown as (typeof builder)['sessionKeySupplier'];
  const metadata = metadataUrl ?? (endpoint === undefined ? undefined : `${endpoint}/opc/v2/`);
  if (metadata !== undefined) builder.metadataBaseUrl = metadata;
  if (endpoint !== undefined) builder.federationEndpoint = endpoint;
  try {
    return (await builder.build()) as Provider;
  } catch (cause) {
    const from = metadata ?? builder.metadataBaseUrl;
    throw new PipelineError(`Could not become the instance principal with the metadata at ${from}`, {
      retry: 'later',
      reason: 'NoInstancePrincipal',
      hint: 'Does this run on a Compute instance that is in the dynamic group of the Build Instances?',
      cause,
    });
  }
}
