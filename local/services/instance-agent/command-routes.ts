// The Run Command API (20180530), as clients call it.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import { type Call, type Region, type Reply, type Route, ServiceError, type Target } from '../../types.ts';
import type { Command } from './command.ts';
import { commandBody, commandSummary, executionBody } from './command-reply.ts';
import { parseCommandRequest } from './command-request.ts';
import type { CommandStore } from './command-store.ts';
import type { Instances } from './instances.ts';

interface Inside {
  readonly region: Region;
  readonly commands: CommandStore;
  readonly instances: Instances;
  /** Told that the agent has something to do now. */
  cancel(command: Command): void;
}

const COMMANDS = '/20180530/instanceAgentCommands';

export function commandRoutes(inside: Inside): readonly Route[] {
  const { commands } = inside;
  const find = (call: Call): Command => {
    const command = commands.find(call.params.id ?? '');
    if (command === undefined) throw notAuthorizedOrNotFound();
    return command;
  };
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
    {
      operation: 'GetInstanceAgentCommandExecution',
      method: 'GET',
      path: `${COMMANDS}/:id/status`,
      target: ofCommand,
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

function targetOf({ compartmentId, instanceId }: { compartmentId: string; instanceId: string }): Target {
  return { compartmentId, variables: { 'target.instance.id': instanceId } };
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

function one(command: Command, body: (command: Command) => object): Reply {
  return { status: 200, headers: { etag: command.eTag }, body: body(command) };
}

const DEFAULT_LIMIT = 100;

/** A bare array; `opc-next-page` only when there is more. Newest first unless `sortOrder` says otherwise. */
function page({ query }: Call, commands: readonly Command[], body: (command: Command) => object): Reply {
  const byName = query.get('sortBy') === 'DISPLAYNAME';
  const key = (command: Command): string =>
    byName ? (command.displayName ?? '') : `${command.sequence}`.padStart(16, '0');
  const isAscending = query.get('sortOrder') === 'ASC' || (byName && query.get('sortOrder') !== 'DESC');
  const sorted = commands.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const ordered = isAscending ? sorted : sorted.reverse();
  const start = Number(query.get('page') ?? 0);
  const end = start + Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!(start >= 0) || !(end > start)) throw invalidParameter('page or limit is not valid.');
  return {
    status: 200,
    ...(end < ordered.length ? { headers: { 'opc-next-page': `${end}` } } : {}),
    body: ordered.slice(start, end).map(body),
  };
}

function required({ query }: Call, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw invalidParameter(`The query parameter ${name} is required.`);
  return value;
}
