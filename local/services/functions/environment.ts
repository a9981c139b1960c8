// The environment of a function: configuration, Fn's variables, the resource principal's.
import type { Region } from '../../types.ts';
import { localRepositoryPrefix } from '../registry/repository-prefix.ts';
import type { FunctionDefinition } from './definitions.ts';
import { TMP_MB } from './settings.ts';

/** Where things lie as the function sees them: in a container, or on this host. */
export interface FunctionPaths {
  readonly socket: string;
  readonly credentials: string;
}

/** Everything but the paths. Fn's documents say `FN_NAME`, the Node FDK reads `FN_FN_NAME` (facts F.1): both. */
export function environmentOf(region: Region, definition: FunctionDefinition): Record<string, string> {
  return {
    ...definition.config,
    ...localConfig(region, definition.config),
    FN_FORMAT: 'http-stream',
    FN_TYPE: 'sync',
    FN_FN_ID: definition.id,
    FN_APP_ID: definition.applicationId,
    FN_NAME: definition.name,
    FN_FN_NAME: definition.name,
    FN_APP_NAME: definition.applicationName,
    FN_MEMORY: `${definition.memoryMb}`,
    FN_TMPSIZE: `${TMP_MB[definition.memoryMb] ?? TMP_MB[128]}`,
    OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
    OCI_RESOURCE_PRINCIPAL_REGION: region.name,
  };
}

export function pathVariables(paths: FunctionPaths): Record<string, string> {
  return {
    FN_LISTENER: `unix:${paths.socket}`,
    OCI_RESOURCE_PRINCIPAL_RPST: `${paths.credentials}/rpst`,
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: `${paths.credentials}/private.pem`,
  };
}

/**
 * What differs from the deployment in the cloud: the one endpoint, and the registry in place of OCIR. The
 * repository prefix stays that of the configuration, `<host>/<namespace>/<prefix>`.
 */
export function localConfig(
  region: Region,
  config: Readonly<Record<string, string>>,
): Record<string, string> {
  const ocir = config.GALLEY_OCIR_ENDPOINT;
  if (ocir === undefined) return { GALLEY_ENDPOINT: region.endpoint };
  return {
    GALLEY_ENDPOINT: region.endpoint,
    GALLEY_OCIR_ENDPOINT: localRepositoryPrefix(region, ocir),
  };
}
