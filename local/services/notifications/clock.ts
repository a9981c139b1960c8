// The alarm clock: an alarm whose query always holds fires every minute, which is how OCI runs a function
// once a minute (facts G).
import type { Region } from '../../types.ts';
import { type Alarm, type AlarmMessageType, alarmMessage, alwaysHolds } from './alarms.ts';
import type { Notify } from './messages.ts';
import { type Timers, timers } from './timers.ts';

export interface Clock {
  start(): void;
  stop(): void;
}

interface Parts {
  readonly region: Region;
  readonly notify: Notify;
  readonly timers: Timers;
}

/** A minute of an alarm takes `options.clockSeconds`. */
export function alarmClock(
  region: Region,
  { alarms, notify }: { alarms: readonly Alarm[]; notify: Notify },
): Clock {
  const parts = { region, notify, timers: timers() };
  return {
    start() {
      for (const alarm of alarms.filter(({ isEnabled, query }) => isEnabled && alwaysHolds(query))) {
        parts.timers.after(region.options.clockSeconds, () => tick(parts, alarm, 'OK_TO_FIRING'));
      }
    },
    stop: parts.timers.stop,
  };
}

function tick(parts: Parts, alarm: Alarm, type: AlarmMessageType): void {
  const { repeatMinutes } = alarm;
  if (repeatMinutes !== undefined) {
    const pause = repeatMinutes * parts.region.options.clockSeconds;
    parts.timers.after(pause, () => tick(parts, alarm, 'REPEAT'));
  }
  const { faults } = parts.region;
  const late = faults.take('clock-late', alarm.displayName)?.value ?? 0;
  const times = faults.take('clock-twice', alarm.displayName) ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    if (late > 0) parts.timers.after(late, () => send(parts, alarm, type));
    else send(parts, alarm, type);
  }
}

function send({ region, notify }: Parts, alarm: Alarm, type: AlarmMessageType): void {
  const body = JSON.stringify(alarmMessage(alarm, { type, now: region.now() }));
  for (const topicId of alarm.destinations) notify(topicId, { title: alarm.displayName, body });
}
