// A region with Object Storage and Events whose functions only note what they were called with.
import type { StartOptions } from '../../../../local/region.ts';
import type { Invocation } from '../../../../local/types.ts';
import { startTestRegion, type TestRegion } from '../../../helpers/region.ts';
import { bucketOf, NO_BUNDLES, type TestBucket } from '../object-storage/bucket.ts';
import { until } from '../until.ts';

export interface EventRegion extends TestBucket {
  readonly running: TestRegion;
  readonly source: TestBucket;
  readonly invocations: (Invocation & {
    event: { eventType: string; eventID: string; data: Record<string, unknown> };
  })[];
  /** What the functions answer from now on. */
  answer(status: number): void;
  plant(fault: object): Promise<void>;
  /** Waits for the invocations an object has made, by its name. */
  invokedFor(name: string, count?: number): Promise<EventRegion['invocations']>;
  report(): Promise<{ pending: number; [metric: string]: unknown }>;
}

export async function startEventRegion(options: Partial<StartOptions> = {}): Promise<EventRegion> {
  const running = await startTestRegion({
    services: ['object-storage', 'events'],
    bundles: NO_BUNDLES,
    ...options,
  });
  const invocations: EventRegion['invocations'] = [];
  let status = 202;
  running.region.wiring.invoke = async (invocation) => {
    if (status < 300)
      invocations.push({ ...invocation, event: JSON.parse(invocation.body.toString('utf8')) });
    return { status, headers: {}, body: Buffer.from('{"code":"Planted"}') };
  };
  const of = (name: string) => invocations.filter(({ event }) => event.data.resourceName === name);
  return {
    ...bucketOf(running, running.description.stateBucket),
    running,
    source: bucketOf(running, running.description.sourceBucket),
    invocations,
    answer(next) {
      status = next;
    },
    async plant(fault) {
      await fetch(`${running.endpoint}/_galley/faults`, { method: 'POST', body: JSON.stringify(fault) });
    },
    invokedFor: (name, count = 1) =>
      until(`${count} invocations for ${name}`, () => (of(name).length >= count ? of(name) : undefined)),
    report: async () =>
      (await (await fetch(`${running.endpoint}/_galley/events`)).json()) as { pending: number },
  };
}
