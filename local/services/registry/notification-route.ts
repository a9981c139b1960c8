// Where our own registry tells what was pushed.
import { notAuthenticated } from '../../http/errors.ts';
import type { Region, Route } from '../../types.ts';
import { takeNotifications } from './push-events.ts';
import type { Repositories } from './repositories.ts';

/** `POST /_galley/registry/notifications`, with the secret as a bearer token; anything else is 401. */
export function notificationRoute(region: Region, repositories: Repositories, secret: string): Route {
  return {
    operation: 'GalleyRegistryNotifications',
    method: 'POST',
    path: '/_galley/registry/notifications',
    auth: 'none',
    handle: async (call) => {
      if (call.header('authorization') !== `Bearer ${secret}`) throw notAuthenticated();
      takeNotifications(region, repositories, await call.json());
      return { status: 200 };
    },
  };
}
