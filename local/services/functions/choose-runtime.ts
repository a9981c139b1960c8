// Containers or processes: what was asked for, or what this host can do.
import { seedBaseImages } from '../../containers/base-images.ts';
import { regionLabel } from '../../containers/containers.ts';
import { diagnose } from '../../containers/engine.ts';
import type { Region } from '../../types.ts';
import { containerRuntime } from './container-runtime.ts';
import type { FunctionDefinition } from './definitions.ts';
import { processRuntime } from './processes.ts';
import type { Runtime } from './runtime.ts';

interface Wanted {
  readonly dockerfiles: string;
  readonly functions: readonly FunctionDefinition[];
}

/**
 * `processes`: processes. `containers`: containers, or an error that says why not. `auto`: containers where
 * podman confines them and the images can be built, else processes, with a line in the log.
 */
export async function chooseRuntime(region: Region, wanted: Wanted): Promise<Runtime> {
  const { bundles, functions: mode } = region.options;
  const processes = processRuntime(bundles);
  if (mode === 'processes') return processes;
  try {
    return await containers(region, wanted);
  } catch (error) {
    if (mode === 'containers') throw error;
    region.log('functions run as processes, not in containers', { reason: String(error) });
    return processes;
  }
}

async function containers(region: Region, wanted: Wanted): Promise<Runtime> {
  const { engine, reason } = await diagnose();
  if (engine === undefined) throw new Error(`No container engine: ${reason}.`);
  if (!engine.confines) throw new Error(`Containers cannot be confined as OCI does it: ${reason}.`);
  await seedBaseImages((message) => region.log(message));
  const runtime = containerRuntime({
    engine,
    label: regionLabel(region),
    bundles: region.options.bundles,
    dockerfiles: wanted.dockerfiles,
  });
  await runtime.build(wanted.functions);
  return runtime;
}
