// Reads of the agent's plugins (20180530): does the instance run commands?
import { type Call, type Region, type Route, ServiceError } from '../../types.ts';
import { findInstance, inCompartment, targetOf } from './instance-target.ts';
import { type Instance, type Instances, RUN_COMMAND_PLUGIN } from './instances.ts';

export function pluginRoutes(region: Region, instances: Instances): readonly Route[] {
  const find = ({ params }: Call): Instance => findInstance(instances, params.id);
  return [
    {
      operation: 'ListInstanceAgentPlugins',
      method: 'GET',
      path: '/20180530/instanceagents/:id/plugins',
      target: (call) => targetOf(find(call)),
      handle: (call) => ({
        status: 200,
        body: Object.keys(find(call).plugins)
          .filter((name) => [null, name].includes(call.query.get('name')))
          .map((name) => pluginBody(region, find(call), name)),
      }),
    },
    {
      operation: 'GetInstanceAgentPlugin',
      method: 'GET',
      path: '/20180530/instanceagents/:id/plugins/:plugin',
      target: (call) => targetOf(find(call)),
      handle: (call) => {
        const instance = find(call);
        const name = call.params.plugin ?? '';
        if (instance.plugins[name] === undefined) throw notPresent(name, instance.id);
        return { status: 200, body: pluginBody(region, instance, name) };
      },
    },
    {
      operation: 'ListInstanceagentAvailablePlugins',
      method: 'GET',
      path: '/20180530/instanceagent/availablePlugins',
      target: inCompartment,
      handle: () => ({
        status: 200,
        body: [
          {
            name: RUN_COMMAND_PLUGIN,
            summary: 'Runs scripts on the instance.',
            isSupported: true,
            isEnabledByDefault: true,
          },
        ],
      }),
    },
  ];
}

/** The words of the field (facts: run-command 1.2). */
function notPresent(plugin: string, instanceId: string): ServiceError {
  return new ServiceError(400, 'InvalidParameter', `Plugin ${plugin} not present for instance ${instanceId}`);
}

function pluginBody(region: Region, instance: Instance, name: string): object {
  const isUp = name === RUN_COMMAND_PLUGIN ? instance.isAgentUp : instance.lifecycleState === 'RUNNING';
  const isRunning = isUp && instance.plugins[name] === 'ENABLED';
  return {
    name,
    status: isRunning ? 'RUNNING' : 'STOPPED',
    timeLastUpdatedUtc: region.now().toISOString(),
  };
}
