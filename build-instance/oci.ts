// The ports of galley-build over OCI, as the instance principal.

import { openBucket } from '../shared/oci/bucket.ts';
import { ociCancels } from '../shared/oci/cancels.ts';
import { createClients } from '../shared/oci/clients.ts';
import { instancePrincipal } from '../shared/oci/instance-principal.ts';
import { tokenLogin, vaultLogin } from '../shared/oci/registry-login.ts';
import { ociUploads } from '../shared/oci/uploads.ts';
import type { InstanceConfig } from './config.ts';
import type { BuildPorts } from './ports.ts';

/** Nothing is sent before a port is used. */
export function ociBuildPorts(config: InstanceConfig): BuildPorts {
  const { region, endpoint, metadataUrl, namespace, ocirUsername, ocirAuthTokenId } = config;
  const provider = instancePrincipal({ endpoint, metadataUrl });
  const access = { provider, region, ...(endpoint === undefined ? {} : { endpoint }) };
  const clients = createClients(access);
  const source = openBucket(clients, { namespace, bucket: config.sourceBucket });
  const state = openBucket(clients, { namespace, bucket: config.stateBucket });
  return {
    // Whoever calls first hears what went wrong.
    signIn: () =>
      provider.getKeyId().then(
        () => undefined,
        () => undefined,
      ),
    uploads: ociUploads(source),
    cancels: ociCancels(state),
    // Overwritten by a second attempt: it may be put, and reading it back is not granted.
    texts: { writeManifests: ({ app, id }, text) => state.put(`manifests/${app}/${id}.yaml`, text) },
    writeLog: ({ app, id }, number, text) => state.put(`logs/${app}/${id}/${chunkName(number)}`, text),
    writeSign: ({ app, id }, attempt) => state.put(`logs/${app}/${id}.${attempt}`, ''),
    writeResult: (result) =>
      state.put(`results/${result.app}/${result.build}/${result.attempt}`, JSON.stringify(result)),
    login: (host) =>
      ocirUsername === undefined || ocirAuthTokenId === undefined
        ? tokenLogin(access, host)
        : vaultLogin(access, { host, username: ocirUsername, secretId: ocirAuthTokenId }),
    now: () => new Date(),
  };
}

const chunkName = (number: number): string => String(number).padStart(6, '0');
