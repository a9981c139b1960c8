// Schedules of Resource Scheduler (API 20240430), read by a signed request: its client is none of our packages.
import type { Access } from './clients.ts';
import { transport } from './transport.ts';

export interface ScheduleSummary {
  readonly id: string;
  readonly displayName: string;
  readonly lifecycleState: string;
  readonly lastRunStatus?: string;
  readonly resources: readonly { readonly id: string }[];
}

/** One page, as `wholeList` takes it. Throws what an SDK client throws, for `calling`. */
export async function listSchedules(
  { provider, region, endpoint }: Access,
  { compartmentId, page }: { compartmentId: string; page?: string },
): Promise<{ items: readonly ScheduleSummary[]; opcNextPage?: string }> {
  const query = new URLSearchParams({ compartmentId, limit: '100', ...(page === undefined ? {} : { page }) });
  const host = endpoint ?? (await hostIn(region));
  const uri = `${host}/20240430/schedules?${query}`;
  const response = await transport(provider).send({ uri, method: 'GET', headers: new Headers() });
  const body = await response.json().catch(() => undefined);
  if (response.status !== 200) throw refusal(response, body);
  const next = response.headers.get('opc-next-page');
  return { items: body?.items ?? [], ...(next === null ? {} : { opcNextPage: next }) };
}

/** The template of Oracle's Go SDK, resourcescheduler_schedule_client.go. */
async function hostIn(regionId: string): Promise<string> {
  const { Realm, Region } = await import('oci-common');
  const { secondLevelDomain } = Region.fromRegionId(regionId)?.realm ?? Realm.OC1;
  return `https://resource-scheduler.${regionId}.oci.${secondLevelDomain}`;
}

function refusal(response: Response, body: { code?: string; message?: string } | undefined): Error {
  return Object.assign(new Error(body?.message ?? response.statusText), {
    statusCode: response.status,
    serviceCode: body?.code ?? 'Unknown',
    opcRequestId: response.headers.get('opc-request-id'),
  });
}
