// What every function runs on: the pipeline's loop and door over OCI, as the function's resource principal.
import type { PipelineConfig } from '../config.ts';
import type { Environment } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Door } from '../pipeline/admit.ts';
import type { Loop } from '../pipeline/tasks.ts';
import type { ApplyFunction } from './applier.ts';
import { type Clients, createClients } from './clients.ts';
import { livePorts } from './live.ts';
import { resourcePrincipal } from './principal.ts';
import type { Provider } from './signing.ts';

export interface Wired {
  readonly loop: Loop;
  readonly door: Door;
  readonly access: {
    readonly clients: Clients;
    readonly provider: Provider;
    readonly log: Log;
    now(): Date;
  };
}

/**
 * @param env where the resource principal is looked for
 * @param applyFunction absent for a function that leaves apply to the sweep
 */
export function functionLoop(
  config: PipelineConfig,
  { log, env, applyFunction }: { log: Log; env: Environment; applyFunction?: ApplyFunction },
): Wired {
  const { region, endpoint, limits, instances, slotsEach, namespace, sourceBucket } = config;
  const provider = resourcePrincipal(env);
  const clients = createClients({ provider, region, ...(endpoint === undefined ? {} : { endpoint }) });
  const now = () => new Date();
  const invokes = applyFunction === undefined ? {} : { applyFunction };
  const ports = livePorts({ ...config, ...invokes }, { clients, log, now });
  return {
    loop: { ports, limits, pool: { instances, slotsEach } },
    door: { ports, namespace, bucket: sourceBucket, judge },
    access: { clients, provider, log, now },
  };
}

/** Reading a tarball needs parsers that most calls do without. */
const judge: Door['judge'] = async (app, stream) => (await import('../pipeline/judge.ts')).judge(app, stream);
