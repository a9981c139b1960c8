// Commands and executions as the API shows them (facts: run-command 1.4).
import { createHash } from 'node:crypto';
import type { Command } from './command.ts';

/** InstanceAgentCommand. The script is readable for everybody who may read commands. */
export function commandBody(command: Command): object {
  const { script, commandString } = command;
  return {
    id: command.id,
    compartmentId: command.compartmentId,
    displayName: command.displayName,
    timeCreated: command.timeCreated.toISOString(),
    timeUpdated: command.timeUpdated.toISOString(),
    isCanceled: command.isCanceled,
    executionTimeOutInSeconds: command.executionTimeOutInSeconds,
    target: { instanceId: command.instanceId },
    content: {
      source: { sourceType: 'TEXT', text: script, textSha256: sha256(script) },
      output: { outputType: 'TEXT' },
      commandString,
    },
  };
}

/** InstanceAgentCommandSummary: here the id has another name. */
export function commandSummary(command: Command): object {
  return {
    instanceAgentCommandId: command.id,
    displayName: command.displayName,
    compartmentId: command.compartmentId,
    timeCreated: command.timeCreated.toISOString(),
    timeUpdated: command.timeUpdated.toISOString(),
    isCanceled: command.isCanceled,
  };
}

/** InstanceAgentCommandExecution, and its summary: the same fields. No content before the end. */
export function executionBody(command: Command): object {
  const { exitCode, message, output } = command;
  const hasEnded = exitCode !== undefined || output !== undefined;
  return {
    instanceAgentCommandId: command.id,
    instanceId: command.instanceId,
    deliveryState: command.deliveryState,
    lifecycleState: command.lifecycleState,
    timeCreated: command.timeCreated.toISOString(),
    timeUpdated: command.timeUpdated.toISOString(),
    sequenceNumber: command.sequence,
    displayName: command.displayName,
    content: hasEnded
      ? { outputType: 'TEXT', exitCode, message, text: output, textSha256: sha256(output ?? '') }
      : undefined,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
