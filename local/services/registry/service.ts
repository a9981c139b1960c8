// Container Registry: a real registry behind OCIR's token endpoint, its pushes as events.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { notAuthenticated } from '../../http/errors.ts';
import { keptSetting } from '../../store.ts';
import type { Region, Service } from '../../types.ts';
import { tokenFiles } from './configuration.ts';
import { containersRoutes } from './containers-api.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { findPushes, takeNotifications } from './push-events.ts';
import { openRepositories } from './repositories.ts';
import { mintToken, type TokenKey, tokenKey, tokenPrincipal } from './token.ts';
import { tokenRoute } from './token-route.ts';

/** With `options.registry` that one is used: it asks our token endpoint only if it is configured to. */
export function registry(region: Region): Service {
  const directory = join(region.directory, 'registry');
  const secret = keptSetting(region.database, 'registry.secret', () => randomBytes(24).toString('hex'));
  const repositories = openRepositories(region);
  const own: { daemon?: Daemon; key?: TokenKey } = {};
  const key = (): TokenKey => {
    if (own.key === undefined) throw new TypeError('The registry has no key before it is started.');
    return own.key;
  };
  const host = (): string => {
    const port = own.daemon?.port ?? keptPort(region);
    return region.options.registry ?? `127.0.0.1:${port}`;
  };
  const start = async (): Promise<void> => {
    own.key = tokenKey(await tokenFiles(directory));
    if (region.options.registry !== undefined) return;
    const { endpoint, log } = region;
    own.daemon = await startDaemon(keptPort(region), { directory, endpoint, secret, log });
    keepPort(region, own.daemon.port);
    await findPushes(region, repositories, join(directory, 'storage'));
  };
  const stop = async (): Promise<void> => own.daemon?.stop();
  region.wiring.registryHost = host;
  region.wiring.registryPrincipal = (token) => tokenPrincipal(key(), token, region.now());
  region.wiring.registryToken = (principal) =>
    mintToken(key(), { principal, access: [], now: region.now() });
  return {
    name: 'registry',
    routes: [
      tokenRoute({ region, repositories, key }),
      ...containersRoutes(region, repositories),
      {
        operation: 'GalleyRegistryNotifications',
        method: 'POST',
        path: '/_galley/registry/notifications',
        auth: 'none',
        handle: async (call) => {
          if (call.header('authorization') !== `Bearer ${secret}`) throw notAuthenticated();
          takeNotifications(region, repositories, await call.json());
          return { status: 200 };
        },
      },
    ],
    start,
    stop,
    reset: async () => {
      await stop();
      repositories.clear();
      await rm(join(directory, 'storage'), { recursive: true, force: true });
      await start();
    },
    describe: () => ({ registry: host() }),
  };
}

/** 0 before the first start. */
function keptPort(region: Region): number {
  const row = region.database.prepare('SELECT value FROM region_setting WHERE name = ?').get('registry.port');
  return Number(row?.value ?? 0);
}

function keepPort(region: Region, port: number): void {
  region.database
    .prepare('INSERT OR REPLACE INTO region_setting (name, value) VALUES (?, ?)')
    .run('registry.port', `${port}`);
}
