// The Run Command API (20180530), as clients call it.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import { type Call, type Reply, type Route, ServiceError, type Target } from '../../types.ts';
import type { Command } from './command.ts';
import { commandBody, commandSummary } from './command-reply.ts';
import { parseCommandRequest } from './command-request.ts';
import type { CommandStore } from './command-store.ts';
import { COMMANDS, findCommand, targetOf } from './command-target.ts';
import type { Instances } from './instances.ts';
import { one, page, required } from './paging.ts';

interface Inside {
  readonly commands: CommandStore;
  readonly instances: Instances;
  /** Told that the agent has something to do now. */
  cancel(command: Command): void;
}

export function commandRoutes(inside: Inside): readonly Route[] {
  const { commands } = inside;
  const find = (call: Call): Command => findCommand(commands, call);
  const ofCommand = (call: Call): Target => targetOf(find(call));
  return [
    {
      operation: 'CreateInstanceAgentCommand',
      method: 'POST',
      path: COMMANDS,
      target: async (call) => targetOf(parseCommandRequest(await call.json())),
      handle: (call) => create(inside, call),
    },
    {
      operation: 'ListInstanceAgentCommands',
      method: 'GET',
      path: COMMANDS,
      target: (call) => ({ compartmentId: required(call, 'compartmentId') }),
      handle: (call) => {
        const compartmentId = required(call, 'compartmentId');
        return page(call, commands.list({ compartmentId }), commandSummary);
      },
    },
    {
      operation: 'GetInstanceAgentCommand',
      method: 'GET',
      path: `${COMMANDS}/:id`,
      target: ofCommand,
      handle: (call) => one(find(call), commandBody),
    },
    {
      operation: 'CancelInstanceAgentCommand',
      method: 'DELETE',
      path: `${COMMANDS}/:id`,
      target: ofCommand,
      handle: (call) => cancel(inside, call, find(call)),
    },
  ];
}

async function create({ commands, instances }: Inside, call: Call): Promise<Reply> {
  const request = parseCommandRequest(await call.json());
  if (instances.find(request.instanceId) === undefined) throw notAuthorizedOrNotFound();
  return one(commands.create(request, call.header('opc-retry-token')), commandBody);
}

/** Best effort: a command that is over stays as it is. */
function cancel(inside: Inside, call: Call, command: Command): Reply {
  const ifMatch = call.header('if-match');
  if (ifMatch !== undefined && ifMatch !== command.eTag) {
    throw new ServiceError(412, 'NoEtagMatch', 'The ETag of the command is another one.');
  }
  inside.cancel(command);
  return { status: 204 };
}
