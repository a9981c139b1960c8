// What a running region says of itself.
import type { Deployment } from './deployment.ts';
import type { Region, Service } from './types.ts';

/** What `galley up` prints as one line of JSON. */
export interface Description {
  readonly endpoint: string;
  readonly namespace: string;
  readonly sourceBucket: string;
  readonly stateBucket: string;
  /** Path of an OCI config file with the profiles DEFAULT (owner) and DEVELOPER. */
  readonly ociConfig: string;
  /** Path; empty when no container-engine was started. */
  readonly kubeconfig: string;
  /** `host:port`; empty when no registry was started. */
  readonly registry: string;
}

/** What the services say of themselves, in one. */
export function factsOf(services: readonly Service[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...services.map((one) => one.describe?.()));
}

export function describe(
  region: Region,
  deployment: Deployment,
  facts: Readonly<Record<string, string>>,
): Description {
  return {
    endpoint: region.endpoint,
    namespace: region.namespace,
    sourceBucket: deployment.sourceBucket,
    stateBucket: deployment.stateBucket,
    ociConfig: facts.ociConfig ?? '',
    kubeconfig: facts.kubeconfig ?? '',
    registry: facts.registry ?? '',
  };
}
