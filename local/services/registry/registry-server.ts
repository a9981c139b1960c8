// The registry of a region: one of our own that lives and dies with it, or the one that was given.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Region } from '../../types.ts';
import { tokenFiles } from './configuration.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { type TokenKey, tokenKey } from './token.ts';

export interface RegistryServer {
  /** `host:port`. */
  host(): string;
  /** Signs tokens; there only after `start`. */
  key(): TokenKey;
  /** Where images lie, in the layout of Docker's registry. */
  readonly storage: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Forgets all images. */
  empty(): Promise<void>;
}

/** @param secret with which our own registry proves that a notification is from it */
export function registryServer(region: Region, secret: string): RegistryServer {
  const directory = join(region.directory, 'registry');
  const storage = join(directory, 'storage');
  const own: { daemon?: Daemon; key?: TokenKey } = {};
  return {
    storage,
    host: () => region.options.registry ?? `127.0.0.1:${own.daemon?.port ?? keptPort(region)}`,
    key: () => {
      if (own.key === undefined) throw new TypeError('The registry has no key before it is started.');
      return own.key;
    },
    start: async () => {
      own.key = tokenKey(await tokenFiles(directory));
      if (region.options.registry !== undefined) return;
      const { endpoint, log } = region;
      own.daemon = await startDaemon(keptPort(region), { directory, endpoint, secret, log });
      keepPort(region, own.daemon.port);
    },
    stop: async () => own.daemon?.stop(),
    empty: () => rm(storage, { recursive: true, force: true }),
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
