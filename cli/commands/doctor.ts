// galley doctor: every grant, rule, plugin and path the pipeline needs, and how to mend what is missing.
import { existsSync, readFileSync } from 'node:fs';
import { createClients } from '../../shared/oci/clients.ts';
import { createDesk } from '../../shared/oci/desk.ts';
import type { Finding } from '../../shared/oci/survey/finding.ts';
import { isWhole, missingOf, optionsIn, type Whole } from '../../shared/oci/survey/place.ts';
import { survey } from '../../shared/oci/survey/survey.ts';
import type { Context } from '../context.ts';
import { credentials } from '../desk.ts';
import { paint, type Terminal } from '../terminal.ts';

/** Exit code 1 when something fails; what may not be looked at is `?`, with what to grant. */
export async function doctor({
  context,
  terminal,
}: {
  context: Context;
  terminal: Terminal;
}): Promise<number> {
  const { config } = context;
  terminal.progress('looking');
  const findings = isWhole(config) ? await look(config, context) : missingOf(config);
  terminal.endProgress();
  terminal.json(findings);
  for (const finding of findings) for (const line of lines(finding)) terminal.print(line);
  terminal.print(summary(findings));
  return findings.some(({ status }) => status === 'FAIL') ? 1 : 0;
}

async function look(
  config: Whole,
  { environment, ociConfig, profile, kubeconfig }: Context,
): Promise<Finding[]> {
  const provider = credentials(ociConfig, profile);
  const { region, endpoint } = config;
  const access = { provider, region, ...(endpoint === undefined ? {} : { endpoint }) };
  const isThere = kubeconfig !== undefined && kubeconfig !== '' && existsSync(kubeconfig);
  return survey({
    ...config,
    clients: createClients(access),
    options: optionsIn(environment),
    tenancyId: provider.getTenantId(),
    kubeconfig: isThere ? readFileSync(kubeconfig, 'utf8') : undefined,
    // Who may not list them is told so by the look at the bucket.
    apps: await createDesk(access, config)
      .apps()
      .catch(() => []),
  });
}

const STYLES = { ok: 'green', FAIL: 'red', '?': 'yellow' } as const;

function lines({ status, what, detail, mend }: Finding): string[] {
  const first = `${paint(STYLES[status], status.padEnd(4))}  ${what}: ${detail}`;
  return mend === undefined || status === 'ok' ? [first] : [first, `      ${mend}`];
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Finding['status']): number =>
    findings.filter(({ status }) => status === wanted).length;
  const unseen = count('?') === 0 ? '' : `, ${count('?')} could not be looked at`;
  return `${count('ok')} ok, ${count('FAIL')} to mend${unseen}`;
}
