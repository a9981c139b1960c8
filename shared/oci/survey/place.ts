// What a survey of a deployment starts from: the command line's configuration, whole.
import type { ToolConfig } from '../../config.ts';
import type { Clients } from '../clients.ts';
import { type Finding, failing } from './finding.ts';

type Needed = 'compartmentId' | 'ocirEndpoint' | 'instances' | 'applyFunctionId' | 'clusterId';

/** The configuration with all that only a survey needs. */
export type Whole = ToolConfig & { readonly [Name in Needed]-?: NonNullable<ToolConfig[Name]> };

export interface Place extends Whole {
  readonly clients: Clients;
  readonly tenancyId: string;
  /** Text of the user's kubeconfig, where there is one. */
  readonly kubeconfig: string | undefined;
  /** Apps that were ever built here. */
  readonly apps: readonly string[];
}

const VARIABLES: Readonly<Record<Needed, string>> = {
  compartmentId: 'GALLEY_COMPARTMENT_ID',
  ocirEndpoint: 'GALLEY_OCIR_ENDPOINT',
  instances: 'GALLEY_BUILD_INSTANCE_ID',
  applyFunctionId: 'GALLEY_APPLY_FUNCTION_ID',
  clusterId: 'GALLEY_CLUSTER_ID',
};

/** What is missing for a survey; empty when `isWhole`. */
export function missingOf(config: ToolConfig): Finding[] {
  return Object.entries(VARIABLES)
    .filter(([name]) => config[name as Needed] === undefined)
    .map(([, variable]) =>
      failing(`variable ${variable}`, {
        detail: 'not set, so what it names cannot be looked at',
        mend: 'galley use --terraform DIR',
      }),
    );
}

export function isWhole(config: ToolConfig): config is Whole {
  return missingOf(config).length === 0;
}

/** The prefix of app repositories: `galley` of `fra.ocir.io/ns/galley`. */
export function repositoryPrefix({ ocirEndpoint }: Pick<Whole, 'ocirEndpoint'>): string {
  return ocirEndpoint.split('/').slice(2).join('/');
}
