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
  readonly options: Options;
}

/** Choices of a deployment that need grants of their own; see galley_environment in deploy/outputs.tf. */
export interface Options {
  /** OCID of the secret with an auth token for OCIR. */
  readonly authTokenSecretId?: string;
  /** The Functions service has a grant on the functions' repositories. */
  readonly isFunctionsServiceGranted: boolean;
}

/** Variables that only a survey reads. An auth token in clear is no OCID, and none of its business. */
export function optionsIn(environment: Readonly<Record<string, string>>): Options {
  const id = environment.GALLEY_OCIR_AUTH_TOKEN ?? '';
  return {
    isFunctionsServiceGranted: environment.GALLEY_FUNCTIONS_SERVICE_READS === 'true',
    ...(id.startsWith('ocid1.vaultsecret.') ? { authTokenSecretId: id } : {}),
  };
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
