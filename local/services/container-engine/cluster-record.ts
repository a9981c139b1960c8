// The cluster as Container Engine describes it: what the twin says, and where it really is.

import type { Region } from '../../types.ts';
import { functionConfig } from './function-config.ts';

export interface ClusterRecord {
  readonly id: string;
  readonly name: string;
  readonly compartmentId: string;
  readonly kubernetesVersion: string;
}

/** From a cluster resource of the twin, or the one the functions are told to use; undefined when it has none. */
export function clusterOf(region: Region): ClusterRecord | undefined {
  const values = region.twin.of('oci_containerengine_cluster')[0]?.values;
  const id = values?.id ?? functionConfig(region).GALLEY_CLUSTER_ID;
  if (typeof id !== 'string' || id === '') return undefined;
  const text = (name: string, otherwise: string): string => {
    const value = values?.[name];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  return {
    id,
    name: text('name', 'galley'),
    compartmentId: text('compartment_id', region.compartmentId),
    kubernetesVersion: text('kubernetes_version', 'v1.34.4'),
  };
}

/** `Cluster` of the API, active, at `https://host:port`. The API writes endpoints without a scheme. */
export function clusterBody(record: ClusterRecord, server: string): object {
  const address = server.replace(/^https:\/\//, '');
  return {
    ...record,
    type: 'ENHANCED_CLUSTER',
    lifecycleState: 'ACTIVE',
    endpointConfig: { isPublicIpEnabled: true },
    endpoints: { kubernetes: address, publicEndpoint: address, privateEndpoint: address },
    metadata: {},
    freeformTags: {},
    definedTags: {},
    availableKubernetesUpgrades: [],
  };
}
