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

/** @param overrides for tests and hosts with other needs, such as `{idleSeconds: 1}` */
export function functions(region: Region, overrides: Partial<FunctionsSettings> = {}): Service {
  const settings = { ...DEFAULT_SETTINGS, ...overrides };
  const hash = createHash('sha256').update(resolve(region.directory)).digest('hex').slice(0, 12);
  const prefix = directoryPrefix(hash);
  const definitions = functionsOf(region);
  let chosen: Promise<Runtime> | undefined;
  const runtime = (): Promise<Runtime> => {
    chosen ??= chooseRuntime(region, {
      dockerfiles: settings.dockerfiles ?? fileURLToPath(new URL('../../../functions', import.meta.url)),
      functions: definitions,
    });
    return chosen;
  };
  const logs = openLogs(region);
  const usage = openUsage(region.database);
  const detached = openDetached(region.database);
  const inside = { region, settings, logs, directoryPrefix: prefix, runtime };
  const pools = new Map(definitions.map((one) => [one.id, createPool(inside, one)]));
  const invoking = invocations({ region, pools, usage, detached });
  region.wiring.invoke = invoking.invoke;
  const all = [...pools.values()];
  return {
    name: 'functions',
    routes: [
      ...managementRoutes(region),
      invoking.route,
      ...adminRoutes({ pools: all, logs, usage, runtime }),
    ],
    start: async () => {
      if (region.options.functions !== 'processes' && hasProgram('podman')) {
        await removeByLabel(regionLabel(region), FUNCTION_KIND);
      }
      await sweepProcesses(prefix);
      // Building images takes a while, and only the first calls have to wait for it.
      const choice = runtime();
      if (region.options.functions === 'containers') await choice;
      invoking.resume();
    },
    stop: async () => {
      invoking.close();
      await Promise.all(all.map(closePool));
    },
    reset: async () => {
      detached.clear();
      await Promise.all(all.map(killAll));
      usage.clear();
      logs.clear();
    },
  };
}
