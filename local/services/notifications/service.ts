// Notifications, and the alarms of Monitoring that speak through it.
import type { Region, Service } from '../../types.ts';
import { alarmsOf } from './alarms.ts';
import { alarmClock } from './clock.ts';
import { messagesOf } from './messages.ts';
import { notificationRoutes } from './routes.ts';

export function notifications(region: Region): Service {
  const alarms = alarmsOf(region);
  const { notify, box } = messagesOf(region);
  const clock = alarmClock(region, { alarms, notify });
  region.wiring.notify = notify;
  return {
    name: 'notifications',
    routes: notificationRoutes(region, { alarms, notify }),
    async start() {
      box.start();
      clock.start();
    },
    async stop() {
      clock.stop();
      box.stop();
    },
    reset: () => box.clear(),
  };
}
