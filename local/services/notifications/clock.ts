// The alarm clock: an alarm whose query always holds fires every minute, which is how OCI runs a function
// once a minute (facts G). The local region has no metrics: it takes every alarm's query for true.
import type { Region } from '../../types.ts';
import { type Alarm, type AlarmMessageType, alarmMessage } from './alarms.ts';
import type { Notify } from './messages.ts';

export interface Clock {
  start(): void;
  stop(): void;
}

/** A minute of an alarm takes `options.clockSeconds`. */
export function alarmClock(
  region: Region,
  { alarms, notify }: { alarms: readonly Alarm[]; notify: Notify },
): Clock {
  const timers = new Set<NodeJS.Timeout>();
  const after = (seconds: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, seconds * 1000);
    timers.add(timer);
  };
  const send = (alarm: Alarm, type: AlarmMessageType): void => {
    const body = JSON.stringify(alarmMessage(alarm, { type, now: region.now() }));
    for (const topicId of alarm.destinations) notify(topicId, { title: alarm.displayName, body });
  };
  const fire = (alarm: Alarm, type: AlarmMessageType): void => {
    const late = region.faults.take('clock-late', alarm.displayName)?.value ?? 0;
    const times = region.faults.take('clock-twice', alarm.displayName) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      if (late > 0) after(late, () => send(alarm, type));
      else send(alarm, type);
    }
  };
  const tick = (alarm: Alarm, type: AlarmMessageType): void => {
    const { repeatMinutes } = alarm;
    if (repeatMinutes !== undefined) {
      after(repeatMinutes * region.options.clockSeconds, () => tick(alarm, 'REPEAT'));
    }
    fire(alarm, type);
  };
  return {
    start() {
      for (const alarm of alarms.filter(({ isEnabled }) => isEnabled)) {
        after(region.options.clockSeconds, () => tick(alarm, 'OK_TO_FIRING'));
      }
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
