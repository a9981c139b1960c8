// The Build Instances: up, and with an agent that fetches commands.
import { RUN_COMMAND_PLUGIN } from '../instances.ts';
import { ask, type Finding, inCompartment, judged } from './finding.ts';
import type { Place } from './place.ts';

export async function surveyInstances(place: Place): Promise<Finding[]> {
  const looks = place.instances.flatMap((id) => [instance(place, id), plugin(place, id)]);
  return (await Promise.all(looks)).flat();
}

async function instance({ clients, compartmentId }: Place, instanceId: string): Promise<readonly Finding[]> {
  const what = `Build Instance …${instanceId.slice(-6)}`;
  const client = await clients.compute();
  const { found, findings } = await ask(what, {
    get: () => client.getInstance({ instanceId }),
    right: inCompartment('INSTANCE_READ', compartmentId),
  });
  if (found === undefined) return findings;
  const { lifecycleState, agentConfig, displayName } = found.instance;
  const asked = agentConfig?.pluginsConfig?.find(({ name }) => name === RUN_COMMAND_PLUGIN)?.desiredState;
  const problems = [
    ...(lifecycleState === 'RUNNING' ? [] : [`it is ${lifecycleState}`]),
    ...(agentConfig?.areAllPluginsDisabled === true ? ['all plugins of its agent are disabled'] : []),
    ...(asked === undefined || asked === 'ENABLED' ? [] : [`plugin ${RUN_COMMAND_PLUGIN} is ${asked}`]),
  ];
  const mend = `oci compute instance action --action START --instance-id ${instanceId}; plugins: terraform apply`;
  return [judged(what, { problems, detail: `${displayName} is RUNNING`, mend })];
}

async function plugin(
  { clients, compartmentId }: Place,
  instanceagentId: string,
): Promise<readonly Finding[]> {
  const what = `plugin ${RUN_COMMAND_PLUGIN} on …${instanceagentId.slice(-6)}`;
  const client = await clients.plugins();
  const pluginName = RUN_COMMAND_PLUGIN;
  const { found, findings } = await ask(what, {
    get: () => client.getInstanceAgentPlugin({ instanceagentId, compartmentId, pluginName }),
    right: inCompartment('INSTANCE_AGENT_PLUGIN_READ', compartmentId),
  });
  if (found === undefined) return findings;
  const { status } = found.instanceAgentPlugin;
  const problems = status === 'RUNNING' ? [] : [`it is ${status}: commands are not fetched`];
  const mend =
    'Is the instance up, its agent running, and can it reach Oracle Services Network? journalctl -u oracle-cloud-agent';
  return [judged(what, { problems, detail: 'RUNNING', mend })];
}
