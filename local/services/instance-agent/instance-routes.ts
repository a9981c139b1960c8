// Reads of Compute (20160918): is the instance up?
import { isoTime } from '../../twin-time.ts';
import type { Call, Region, Route } from '../../types.ts';
import { findInstance, inCompartment, targetOf } from './instance-target.ts';
import type { Instance, Instances } from './instances.ts';

export function instanceRoutes(region: Region, instances: Instances): readonly Route[] {
  const find = ({ params }: Call): Instance => findInstance(instances, params.id);
  return [
    {
      operation: 'GetInstance',
      method: 'GET',
      path: '/20160918/instances/:id',
      target: (call) => targetOf(find(call)),
      handle: (call) => ({ status: 200, body: instanceBody(region, find(call)) }),
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
  ];
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
