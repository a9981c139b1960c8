// What a region is started with, and what it takes where nothing is said.
import { fileURLToPath } from 'node:url';
import type { FaultDetails } from './faults.ts';
import type { Log } from './log.ts';
import type { ServiceName } from './services.ts';
import type { RegionOptions } from './types.ts';

export interface StartOptions extends Partial<RegionOptions> {
  /** Where all state lives; made if it is not there. */
  readonly directory: string;
  /** Terraform state file the region is a twin of; default: the committed state of `deploy/`. */
  readonly twin?: string;
  /** Start these services only; default: all. */
  readonly services?: readonly ServiceName[];
  /** Faults in force from the start, such as `iam-delay`. */
  readonly faults?: readonly FaultDetails[];
  readonly log?: Log;
  readonly now?: () => Date;
  /** Gives up before the next service is started, and ends what was. */
  readonly signal?: AbortSignal;
  /** Told the name of each service before it is started. */
  readonly starting?: (service: string) => void;
}

/** The committed state of `deploy/`. */
export const DEFAULT_TWIN = fileURLToPath(new URL('./default.tfstate.json', import.meta.url));

export function withDefaults(options: StartOptions): RegionOptions {
  return {
    port: options.port ?? 0,
    cluster: options.cluster ?? 'auto',
    functions: options.functions ?? 'auto',
    pods: options.pods ?? 'auto',
    bundles: options.bundles ?? fileURLToPath(new URL('../dist', import.meta.url)),
    clockSeconds: options.clockSeconds ?? 60,
    agentSeconds: options.agentSeconds ?? 1,
    registry: options.registry,
    tools: options.tools,
  };
}
