// Run Command: OCI's states on the left, ours on the right, and nothing in between.
import type { ComputeInstanceAgentClient, models } from 'oci-computeinstanceagent';
import type { CommandSeen } from '../build/seen.ts';
import type { CommandRequest, Commands } from '../pipeline/ports.ts';
import { calling, isPassing, statusOf } from './calling.ts';
import type { Clients } from './clients.ts';

type LifecycleState = `${models.InstanceAgentCommandExecution.LifecycleState}`;

/** A state that this SDK does not know yet is waited for, up to the build's own deadline. */
const OUTCOME = {
  ACCEPTED: 'waiting',
  IN_PROGRESS: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  CANCELED: 'canceled',
  UNKNOWN_VALUE: 'running',
} as const satisfies Record<LifecycleState, CommandSeen['outcome']>;

/** No command that old is anybody's: builds and their retries are over in hours, a retry token lives for one day. */
const LOOK_BACK_MS = 3 * 24 * 60 * 60 * 1000;
const PAGE = 100;

interface Place {
  readonly compartmentId: string;
  now(): Date;
}

export function ociCommands(clients: Clients, { compartmentId, now }: Place): Commands {
  return {
    create: async (request) => {
      const client = await clients.instanceAgent();
      const create = () => client.createInstanceAgentCommand(createRequest(request, compartmentId));
      // Safe to repeat: the same token gives the same command.
      const answer = await calling(`creating command "${request.displayName}"`, create);
      return answer.instanceAgentCommand.id;
    },
    find: async (displayName) => {
      const since = now().getTime() - LOOK_BACK_MS;
      for await (const command of newestFirst(await clients.instanceAgent(), compartmentId)) {
        if (command.displayName === displayName) return command.instanceAgentCommandId;
        if (new Date(command.timeCreated).getTime() < since) return undefined;
      }
      return undefined;
    },
    look: async (command, instance) => {
      const client = await clients.instanceAgent();
      const request = { instanceAgentCommandId: command, instanceId: instance };
      const get = () => client.getInstanceAgentCommandExecution(request);
      // 404 is both "not yet" and "no longer": decide knows the grace (facts run-command §0.7).
      const answer = await calling(`looking at command ${command}`, get).catch(notFound);
      return answer === undefined ? 'absent' : commandSeen(answer.instanceAgentCommandExecution);
    },
    cancel: async (command) => {
      const client = await clients.instanceAgent();
      const cancel = () => client.cancelInstanceAgentCommand({ instanceAgentCommandId: command });
      await calling(`cancelling command ${command}`, cancel).catch((error: unknown) => {
        // Over, or gone: any answer that will not change.
        if (isPassing(error) || statusOf(error) === undefined) throw error;
      });
    },
  };
}

function createRequest(request: CommandRequest, compartmentId: string) {
  const source: models.InstanceAgentCommandSourceViaTextDetails = {
    sourceType: 'TEXT',
    text: request.text,
  };
  return {
    createInstanceAgentCommandDetails: {
      compartmentId,
      displayName: request.displayName,
      executionTimeOutInSeconds: request.timeoutSeconds,
      target: { instanceId: request.instance },
      content: { source },
    },
    opcRetryToken: request.retryToken,
  };
}

async function* newestFirst(
  client: ComputeInstanceAgentClient,
  compartmentId: string,
): AsyncGenerator<models.InstanceAgentCommandSummary> {
  let page: string | undefined;
  do {
    const next = page === undefined ? {} : { page };
    const list = () => client.listInstanceAgentCommands({ compartmentId, limit: PAGE, ...next });
    const answer = await calling('listing commands', list);
    yield* answer.items;
    page = answer.opcNextPage || undefined;
  } while (page !== undefined);
}

/** Exported for its table of tests. */
export function commandSeen(execution: models.InstanceAgentCommandExecution): CommandSeen {
  const outcome = outcomeOf(execution);
  // `content` is required by type, and missing until the script has ended (facts run-command §1.4).
  const content: Partial<models.InstanceAgentCommandExecutionOutputViaTextDetails> | undefined | null =
    execution.content;
  const text = content?.text || content?.message;
  const exitCode = content?.exitCode ?? undefined;
  const isOver = outcome !== 'waiting' && outcome !== 'running';
  return {
    outcome,
    ...(isOver && exitCode !== undefined ? { exitCode } : {}),
    ...(isOver && text ? { text } : {}),
  };
}

/** An expired delivery is final, though the lifecycle may stay ACCEPTED for ever. */
function outcomeOf(execution: models.InstanceAgentCommandExecution): CommandSeen['outcome'] {
  const outcome = OUTCOME[execution.lifecycleState as LifecycleState] ?? 'running';
  if (outcome !== 'waiting') return outcome;
  if (`${execution.deliveryState}` === 'EXPIRED') return 'expired';
  return `${execution.deliveryState}` === 'ACKED_CANCELED' ? 'canceled' : outcome;
}

function notFound(error: unknown): undefined {
  if (statusOf(error) === 404) return undefined;
  throw error;
}
