// Container Registry: a real registry behind OCIR's token endpoint, its pushes as events.
import { randomBytes } from 'node:crypto';
import { keptSetting } from '../../store.ts';
import type { Region, Service } from '../../types.ts';
import { containersRoutes } from './containers-api.ts';
import { notificationRoute } from './notification-route.ts';
import { findPushes } from './push-events.ts';
import { registryServer } from './registry-server.ts';
import { openRepositories } from './repositories.ts';
import { mintToken, tokenPrincipal } from './token.ts';
import { tokenRoute } from './token-route.ts';

/** With `options.registry` that one is used: it asks our token endpoint only if it is configured to. */
export function registry(region: Region): Service {
  const secret = keptSetting(region.database, 'registry.secret', () => randomBytes(24).toString('hex'));
  const repositories = openRepositories(region);
  const server = registryServer(region, secret);
  const { key } = server;
  const start = async (): Promise<void> => {
    await server.start();
    await findPushes(region, repositories, server.storage);
  };
  region.wiring.registryHost = server.host;
  region.wiring.registryPrincipal = (token) => tokenPrincipal(key(), token, region.now());
  region.wiring.registryToken = (principal) => mintToken(key(), { principal, access: [], now: region.now() });
  return {
    name: 'registry',
    routes: [
      tokenRoute({ region, repositories, key }),
      ...containersRoutes(region, repositories),
      notificationRoute(region, repositories, secret),
    ],
    start,
    stop: server.stop,
    reset: async () => {
      await server.stop();
      repositories.clear();
      await server.empty();
      await start();
    },
    describe: () => ({ registry: server.host() }),
  };
}
