// The default twin as the grants table sees it.

import { readTwin } from '../../local/twin.ts';
import type { Twin, TwinResource } from '../../local/types.ts';
import type { Deployment } from '../../shared/oci/survey/grants.ts';
import { optionsIn } from '../../shared/oci/survey/place.ts';
import { developersIn } from '../../shared/oci/survey/policies.ts';
import { DEFAULT_TWIN } from './terraform/twin.ts';

export const twin: Twin = readTwin(DEFAULT_TWIN);

export interface WrittenStatement {
  /** Terraform's name of the policy, such as `poll_build`. */
  readonly policy: string;
  readonly text: string;
}

export function statementsOf(of: Twin): readonly WrittenStatement[] {
  return of
    .of('oci_identity_policy')
    .flatMap((policy) => textsIn(policy).map((text) => ({ policy: policy.name, text })));
}

function textsIn({ values }: TwinResource): string[] {
  return Array.isArray(values.statements) ? values.statements.map(String) : [];
}

/** What a twin's statements name. */
export function deployment(of: Twin = twin): Deployment {
  const { galley_environment: environment, region, tenancy_id: tenancyId } = of.outputs;
  const named = environment as Readonly<Record<string, string>>;
  const idOf = (type: string, name: string): string =>
    String(of.of(type).find((resource) => resource.name === name)?.values.id);
  const group = (name: string): string => `dynamic-group id ${idOf('oci_identity_dynamic_group', name)}`;
  const fn = (name: string): string => idOf('oci_functions_function', name);
  const sourceBucket = String(named.GALLEY_BUCKET_NAME);
  const compartmentId = String(named.GALLEY_COMPARTMENT_ID);
  const texts = statementsOf(of).map(({ text }) => text);
  return {
    region: String(region),
    tenancyId: String(tenancyId),
    compartmentId,
    sourceBucket,
    stateBucket: String(named.GALLEY_STATE_BUCKET_NAME),
    instances: String(named.GALLEY_BUILD_INSTANCE_ID).split(','),
    functions: { uploadTrigger: fn('upload_trigger'), pollBuild: fn('poll_build'), apply: fn('apply') },
    clusterId: String(named.GALLEY_CLUSTER_ID),
    clusterCompartmentId: compartmentOfCluster(of) ?? compartmentId,
    repositoryPrefix: 'galley',
    repositoriesIn: String(
      of.of('oci_events_rule').find(({ name }) => name === 'push')?.values.compartment_id,
    ),
    subjects: {
      uploadTrigger: group('upload_trigger'),
      pollBuild: group('poll_build'),
      apply: group('apply'),
      buildInstance: group('build_instance'),
    },
    scheduleId: idOf('oci_resource_scheduler_schedule', 'hourly'),
    ...optionsIn(named),
    ...developersIn(texts, { sourceBucket }),
  };
}

/** The policy that lets apply in stands in the cluster's compartment. */
function compartmentOfCluster(of: Twin): string | undefined {
  const policy = of.of('oci_identity_policy').find(({ name }) => name === 'apply_cluster');
  return policy && String(policy.values.compartment_id);
}
