// Who a function is: its resource principal, from the files that OCI Functions puts into its container.
import { lazily } from './lazily.ts';
import type { Provider } from './signing.ts';

/** The SDK's resource principal, made at the first call: it reads environment and files. */
export function resourcePrincipal(): Provider {
  const load = lazily(async () => {
    const { ResourcePrincipalAuthenticationDetailsProvider } = await import('oci-common');
    return ResourcePrincipalAuthenticationDetailsProvider.builder() as Provider;
  });
  let loaded: Provider | undefined;
  return {
    getKeyId: async () => {
      loaded ??= await load();
      return loaded.getKeyId();
    },
    getPrivateKey: () => loaded?.getPrivateKey() ?? '',
    getPassphrase: () => loaded?.getPassphrase() ?? null,
    refresh: async () => loaded?.refresh?.(),
  };
}
