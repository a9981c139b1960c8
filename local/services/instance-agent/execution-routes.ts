// What became of commands: the execution part of the Run Command API (20180530).
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Region, Reply, Route } from '../../types.ts';
import type { Command } from './command.ts';
import { executionBody } from './command-reply.ts';
import type { CommandStore } from './command-store.ts';
import { COMMANDS, findCommand, targetOf } from './command-target.ts';
import { one, page, required } from './paging.ts';

interface Inside {
  readonly region: Region;
  readonly commands: CommandStore;
}

export function executionRoutes(inside: Inside): readonly Route[] {
  const find = (call: Call): Command => findCommand(inside.commands, call);
  return [
    {
      operation: 'GetInstanceAgentCommandExecution',
      method: 'GET',
      path: `${COMMANDS}/:id/status`,
      target: (call) => targetOf(find(call)),
      handle: (call) => status(inside, call, find(call)),
    },
    {
      operation: 'ListInstanceAgentCommandExecutions',
      method: 'GET',
      path: '/20180530/instanceAgentCommandExecutions',
      target: (call) =>
        targetOf({
          compartmentId: required(call, 'compartmentId'),
          instanceId: required(call, 'instanceId'),
        }),
      handle: (call) => executions(inside, call),
    },
  ];
}

/** Right after the creation OCI may not know the execution yet (facts: run-command 9): the fault `status-404`. */
function status({ region }: Inside, call: Call, command: Command): Reply {
  if (required(call, 'instanceId') !== command.instanceId) throw notAuthorizedOrNotFound();
  const fault = region.faults.standing('status-404', command.displayName ?? command.id);
  const age = region.now().getTime() - command.timeCreated.getTime();
  if (fault && age < fault.value * 1000) throw notAuthorizedOrNotFound();
  return one(command, executionBody);
}

function executions({ commands }: Inside, call: Call): Reply {
  const state = call.query.get('lifecycleState')?.toUpperCase();
  const where = {
    compartmentId: required(call, 'compartmentId'),
    instanceId: required(call, 'instanceId'),
  };
  const found = commands
    .list(where)
    .filter(({ lifecycleState }) => state === undefined || state === lifecycleState);
  return page(call, found, executionBody);
}
