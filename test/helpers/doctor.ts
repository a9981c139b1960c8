// The doctor's visit to a region of a test.
import { doctor } from '../../cli/commands/doctor.ts';
import { toolConfig } from '../../shared/config.ts';
import type { Finding } from '../../shared/oci/survey/finding.ts';
import type { TestRegion } from './region.ts';
import { keepingTerminal } from './terminal.ts';

export interface Visit {
  readonly exitCode: number;
  readonly findings: readonly Finding[];
  /** What people see. */
  readonly lines: readonly string[];
}

/** The environment that `galley up` notes. */
export function environmentOf({ region, description }: TestRegion): Record<string, string> {
  const { endpoint, registry, namespace } = description;
  return {
    ...(region.twin.outputs.galley_environment as Record<string, string>),
    GALLEY_ENDPOINT: endpoint,
    GALLEY_OCIR_ENDPOINT: `${registry === '' ? new URL(endpoint).host : registry}/${namespace}/galley`,
  };
}

export async function visit(
  region: TestRegion,
  {
    profile = 'DEFAULT',
    environment = environmentOf(region),
    kubeconfig = region.description.kubeconfig,
  } = {},
): Promise<Visit> {
  const { terminal, lines, answers } = keepingTerminal();
  const { ociConfig } = region.description;
  const context = { environment, config: toolConfig(environment), ociConfig, profile, kubeconfig };
  const exitCode = await doctor({ context, terminal });
  return { exitCode, findings: answers[0] as readonly Finding[], lines };
}

/** What is not ok, a line each: status, thing, detail and how to mend it. */
export function complaints({ findings }: Visit): string[] {
  return findings
    .filter(({ status }) => status !== 'ok')
    .map(({ status, what, detail, mend }) => `${status} ${what}: ${detail} | ${mend}`);
}
