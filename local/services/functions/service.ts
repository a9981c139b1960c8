// Functions: management reads, and invocations that run the real code over Fn's contract.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { regionLabel, removeByLabel } from '../../containers/containers.ts';
import { hasProgram } from '../../containers/programs.ts';
import type { Region, Service } from '../../types.ts';
import { adminRoutes } from './admin.ts';
import { chooseRuntime } from './choose-runtime.ts';
import { FUNCTION_KIND } from './container-runtime.ts';
import { functionsOf } from './definitions.ts';
import { openDetached } from './detached.ts';
import { invocations } from './invoke.ts';
import { openLogs } from './logs.ts';
import { managementRoutes } from './management.ts';
import { closePool, createPool, killAll } from './pool.ts';
import { sweepProcesses } from './processes.ts';
import type { Runtime } from './runtime.ts';
import { DEFAULT_SETTINGS, type FunctionsSettings } from './settings.ts';
import { openUsage } from './usage.ts';
import { directoryPrefix } from './work-directory.ts';
import type { Inside } from './worker.ts';

/** @param overrides for tests and hosts with other needs, such as `{idleSeconds: 1}` */
export function functions(region: Region, overrides: Partial<FunctionsSettings> = {}): Service {
  const inside = openInside(region, { ...DEFAULT_SETTINGS, ...overrides });
  const usage = openUsage(region.database);
  const detached = openDetached(region.database);
  const pools = functionsOf(region).map((definition) => createPool(inside, definition));
  const byId = new Map(pools.map((pool) => [pool.definition.id, pool]));
  const invoking = invocations({ region, pools: byId, usage, detached });
  const { logs, runtime } = inside;
  region.wiring.invoke = invoking.invoke;
  return {
    name: 'functions',
    routes: [...managementRoutes(region), invoking.route, ...adminRoutes({ pools, logs, usage, runtime })],
    start: async () => {
      await sweep(inside);
      // Building images takes a while, and only the first calls have to wait for it.
      const choice = runtime();
      if (region.options.functions === 'containers') await choice;
      invoking.resume();
    },
    stop: async () => {
      invoking.close();
      await Promise.all(pools.map(closePool));
    },
    reset: async () => {
      detached.clear();
      await Promise.all(pools.map(killAll));
      usage.clear();
      logs.clear();
    },
  };
}

/** What all functions share. The runtime is chosen once, when it is first asked for. */
function openInside(region: Region, settings: FunctionsSettings): Inside {
  const hash = createHash('sha256').update(resolve(region.directory)).digest('hex').slice(0, 12);
  const dockerfiles = settings.dockerfiles ?? fileURLToPath(new URL('../../../functions', import.meta.url));
  let chosen: Promise<Runtime> | undefined;
  return {
    region,
    settings,
    logs: openLogs(region),
    directoryPrefix: directoryPrefix(hash),
    runtime: () => {
      chosen ??= chooseRuntime(region, { dockerfiles, functions: functionsOf(region) });
      return chosen;
    },
  };
}

/** Ends what an earlier life of the region left behind. */
async function sweep({ region, directoryPrefix: prefix }: Inside): Promise<void> {
  if (region.options.functions !== 'processes' && hasProgram('podman')) {
    await removeByLabel(regionLabel(region), FUNCTION_KIND);
  }
  await sweepProcesses(prefix);
}
