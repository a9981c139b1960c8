// What keeps a Build Instance from fetching its commands, as far as OCI tells.
import { PipelineError } from '../errors.ts';
import type { Instances } from '../pipeline/ports.ts';
import { calling, statusOf } from './calling.ts';
import type { Clients } from './clients.ts';

/** Exactly so (facts run-command §0.6). */
export const RUN_COMMAND_PLUGIN = 'Compute Instance Run Command';

export function ociInstances(clients: Clients, { compartmentId }: { compartmentId: string }): Instances {
  return {
    problem: async (instance) =>
      (await stateProblem(clients, instance)) ?? (await pluginProblem(clients, { instance, compartmentId })),
  };
}

/** States from which an instance comes back to fetch commands by itself are no problem. */
const COMING = new Set(['RUNNING', 'STARTING', 'PROVISIONING', 'CREATING_IMAGE', 'MOVING']);

async function stateProblem(clients: Clients, instanceId: string): Promise<string | undefined> {
  const client = await clients.compute();
  const get = () => client.getInstance({ instanceId });
  const answer = await calling(`looking at instance ${instanceId}`, get).catch(unknown);
  const state = answer?.instance.lifecycleState;
  return state === undefined || COMING.has(state) ? undefined : `the instance is ${state}`;
}

async function pluginProblem(
  clients: Clients,
  { instance, compartmentId }: { instance: string; compartmentId: string },
): Promise<string | undefined> {
  const client = await clients.plugins();
  const pluginName = RUN_COMMAND_PLUGIN;
  const get = () => client.getInstanceAgentPlugin({ instanceagentId: instance, compartmentId, pluginName });
  try {
    const { status } = (await calling(`looking at the plugins of ${instance}`, get)).instanceAgentPlugin;
    return status === 'RUNNING' ? undefined : `plugin ${pluginName} is ${status}`;
  } catch (error) {
    // 400 `Plugin … not present for instance …` (facts run-command §1.2).
    const isMissing = statusOf(error) === 400 && /not present/i.test((error as PipelineError).message);
    return isMissing ? `plugin ${pluginName} is not there` : unknown(error);
  }
}

/** Gone, or not ours to look at: nobody is told which, so nothing is known. */
function unknown(error: unknown): undefined {
  if (error instanceof PipelineError && statusOf(error) === 404) return undefined;
  throw error;
}
