// The default twin: the state that deploy/ produces with the canonical variables, the same in every run.
import { CANONICAL } from './canonical.ts';
import { startProviders } from './provider.ts';
import { openWorkspace, type StateResource } from './workspace.ts';

/** Where `galley up` finds it. */
export const DEFAULT_TWIN = 'local/default.tfstate.json';

/**
 * Applies deploy/ to nothing and returns the text of the twin.
 * @param program terraform or tofu
 * @param variables beside the canonical ones
 */
export async function generateTwin(
  program: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  await using providers = await startProviders();
  await using workspace = await openWorkspace({ program, providers });
  await workspace.variables({ ...CANONICAL, ...variables });
  await workspace.must('apply', '-auto-approve', '-no-color');
  const { outputs, resources } = await workspace.state();
  const made = resources.filter(({ mode }) => mode === 'managed');
  const twin = {
    version: 4,
    // These three change from run to run and from program to program.
    terraform_version: '1.5.0',
    serial: 1,
    lineage: '9d1f5a7e-7c1b-4a53-8f60-6d5b0c9e2a41',
    outputs,
    resources: made.map(resource).sort((a, b) => compare(`${a.type}.${a.name}`, `${b.type}.${b.name}`)),
    check_results: null,
  };
  return `${JSON.stringify(twin, null, 2)}\n`;
}

/** What a state says of a resource, without Terraform's own bookkeeping. */
function resource({ mode, type, name, instances }: StateResource): StateResource & { provider: string } {
  const source = type.startsWith('oci_') ? 'oracle/oci' : 'hashicorp/time';
  return {
    mode,
    type,
    name,
    provider: `provider["registry.terraform.io/${source}"]`,
    instances: instances.map(({ index_key, attributes }) => ({
      ...(index_key === undefined ? {} : { index_key }),
      schema_version: 0,
      attributes,
    })),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
