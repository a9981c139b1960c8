// Which command a call is about, and where it lives for IAM.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Target } from '../../types.ts';
import type { Command } from './command.ts';
import type { CommandStore } from './command-store.ts';

export const COMMANDS = '/20180530/instanceAgentCommands';

/** The command of the path's `:id`. Throws 404. */
export function findCommand(commands: CommandStore, { params }: Call): Command {
  const command = commands.find(params.id ?? '');
  if (command === undefined) throw notAuthorizedOrNotFound();
  return command;
}

/** A command is judged by its compartment and by its instance (facts: iam 3.3). */
export function targetOf({
  compartmentId,
  instanceId,
}: {
  compartmentId: string;
  instanceId: string;
}): Target {
  return { compartmentId, variables: { 'target.instance.id': instanceId } };
}
