// Alarms, as the twin has them, and the message an alarm sends (facts G). Pure.
import type { Region } from '../../types.ts';

export interface Alarm {
  readonly id: string;
  readonly displayName: string;
  readonly compartmentId: string;
  readonly metricCompartmentId: string;
  readonly namespace: string;
  readonly query: string;
  readonly severity: string;
  readonly body: string;
  readonly destinations: readonly string[];
  readonly isEnabled: boolean;
  /** Minutes between repetitions while it fires; undefined: it speaks once. */
  readonly repeatMinutes: number | undefined;
  readonly messageFormat: string;
  readonly pendingDuration: string;
}

export function alarmsOf({ twin, compartmentId }: Region): Alarm[] {
  return twin.of('oci_monitoring_alarm').map(({ values, name }) => {
    const text = (field: string, otherwise = ''): string => {
      const value = values[field];
      return typeof value === 'string' && value !== '' ? value : otherwise;
    };
    return {
      id: text('id', `ocid1.alarm.oc1..${name}`),
      displayName: text('display_name', name),
      compartmentId: text('compartment_id', compartmentId),
      metricCompartmentId: text('metric_compartment_id', compartmentId),
      namespace: text('namespace'),
      query: text('query'),
      severity: text('severity', 'INFO'),
      body: text('body'),
      destinations: Array.isArray(values.destinations) ? values.destinations.map(String) : [],
      isEnabled: values.is_enabled !== false,
      repeatMinutes: minutesIn(text('repeat_notification_duration')),
      messageFormat: text('message_format', 'RAW'),
      pendingDuration: text('pending_duration', 'PT1M'),
    };
  });
}

/** `PT1M`, `PT2H`, `P1D`: what an alarm's durations may be. Undefined for the empty text. */
export function minutesIn(duration: string): number | undefined {
  if (duration === '') return undefined;
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration);
  const [days = 0, hours = 0, minutes = 0] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const total = (days * 24 + hours) * 60 + minutes;
  if (total < 1) throw new TypeError(`repeat_notification_duration: "${duration}" is not PT1M to P30D`);
  return total;
}

/**
 * Does a query hold whatever the metrics are? `… >= 0` of a count, and `… > -1`, do: no count is negative. The
 * local region has no metrics, so these are the alarms it can play; the others stay OK.
 */
export function alwaysHolds(query: string): boolean {
  return /\.(count|sum|mean|max|min|rate)\(\)\s*(>=\s*0(\.0+)?|>\s*-\d+(\.\d+)?)\s*$/.test(query);
}

export type AlarmMessageType = 'OK_TO_FIRING' | 'REPEAT';

/** The RAW message. `dedupeKey` is the same for all messages of one alarm. */
export function alarmMessage(alarm: Alarm, { type, now }: { type: AlarmMessageType; now: Date }): object {
  const { id, displayName, severity, query, body } = alarm;
  return {
    dedupeKey: id,
    title: displayName,
    body,
    type,
    severity,
    timestampEpochMillis: now.getTime(),
    timestamp: now.toISOString(),
    alarmMetaData: [
      {
        id,
        status: 'FIRING',
        severity,
        namespace: alarm.namespace,
        query,
        totalMetricsFiring: 1,
        dimensions: [{}],
      },
    ],
    version: 1.5,
  };
}
