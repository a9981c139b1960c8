// What Oracle shows in the metrics of `oci_cloudevents` (facts C), since the region started.

export interface Failure {
  /** Name of the rule. */
  readonly rule: string;
  readonly action: string;
  /** HTTP status of the invocation: 404 when no policy allows it. */
  readonly status: number;
  readonly said: string;
}

export interface Metrics {
  published(): void;
  matched(count: number): void;
  delivered(): void;
  failed(failure: Failure): void;
  lost(): void;
  report(): object;
}

/** Failures kept for `GET /_galley/events`. */
const MAX_FAILURES = 100;

export function createMetrics(now: () => Date): Metrics {
  const counts = {
    PublishedEvents: 0,
    MatchedEvents: 0,
    DeliverySucceedEvents: 0,
    DeliveryFailedEvents: 0,
    lost: 0,
  };
  let failures: (Failure & { time: string })[] = [];
  return {
    published() {
      counts.PublishedEvents += 1;
    },
    matched(count) {
      counts.MatchedEvents += count;
    },
    delivered() {
      counts.DeliverySucceedEvents += 1;
    },
    lost() {
      counts.lost += 1;
    },
    failed(failure) {
      counts.DeliveryFailedEvents += 1;
      failures = [...failures.slice(1 - MAX_FAILURES), { time: now().toISOString(), ...failure }];
    },
    report: () => ({ ...counts, failures }),
  };
}
