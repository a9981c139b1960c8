// Reads of Compute and of the agent's plugins: is the instance up, and does it run commands?
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import { isoTime } from '../../twin-time.ts';
import { type Call, type Region, type Route, ServiceError } from '../../types.ts';
import { type Instance, type Instances, RUN_COMMAND_PLUGIN } from './instances.ts';

export function instanceRoutes(region: Region, instances: Instances): readonly Route[] {
  const find = (id: string | undefined): Instance => {
    const instance = instances.find(id ?? '');
    if (instance === undefined) throw notAuthorizedOrNotFound();
    return instance;
  };
  const ofInstance = ({ params }: Call) => {
    const { id, compartmentId } = find(params.id);
    return { compartmentId, variables: { 'target.instance.id': id } };
  };
  const inCompartment = ({ query }: Call) => {
    const compartmentId = query.get('compartmentId');
    if (!compartmentId) throw invalidParameter('The query parameter compartmentId is required.');
    return { compartmentId };
  };
  return [
    {
      operation: 'GetInstance',
      method: 'GET',
      path: '/20160918/instances/:id',
      target: ofInstance,
      handle: ({ params }) => ({ status: 200, body: instanceBody(region, find(params.id)) }),
    },
    {
      operation: 'ListInstances',
      method: 'GET',
      path: '/20160918/instances',
      target: inCompartment,
      handle: ({ query }) => ({
        status: 200,
        body: instances
          .list()
          .filter(({ compartmentId }) => compartmentId === query.get('compartmentId'))
          .map((instance) => instanceBody(region, instance)),
      }),
    },
    {
      operation: 'ListInstanceAgentPlugins',
      method: 'GET',
      path: '/20180530/instanceagents/:id/plugins',
      target: ofInstance,
      handle: ({ params, query }) => ({
        status: 200,
        body: Object.keys(find(params.id).plugins)
          .filter((name) => [null, name].includes(query.get('name')))
          .map((name) => pluginBody(region, find(params.id), name)),
      }),
    },
    {
      operation: 'GetInstanceAgentPlugin',
      method: 'GET',
      path: '/20180530/instanceagents/:id/plugins/:plugin',
      target: ofInstance,
      handle: ({ params }) => {
        const instance = find(params.id);
        const name = params.plugin ?? '';
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

function instanceBody(
  region: Region,
  { id, compartmentId, name, lifecycleState, resource }: Instance,
): object {
  const { values } = resource;
  return {
    id,
    compartmentId,
    displayName: name,
    lifecycleState,
    availabilityDomain: values.availability_domain,
    faultDomain: values.fault_domain,
    region: region.name,
    shape: values.shape,
    freeformTags: values.freeform_tags ?? {},
    definedTags: values.defined_tags ?? {},
    timeCreated: isoTime(values.time_created),
  };
}
