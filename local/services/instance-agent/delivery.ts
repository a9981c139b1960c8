// From VISIBLE to a running script: what the agent of an instance fetches, and when.
import type { Region } from '../../types.ts';
import type { AgentInside } from './agent.ts';
import type { Command } from './command.ts';
import type { Instance } from './instances.ts';
import type { Machine } from './machine.ts';
import { startScript } from './script.ts';

/** A command that nobody fetched in time is EXPIRED, whatever state the instance is in. */
export function expire({ commands, region, settings }: AgentInside, instance: Instance): void {
  const oldest = region.now().getTime() - settings.deliverySeconds * 1000;
  for (const command of commands.open(instance.id)) {
    if (command.deliveryState === 'VISIBLE' && command.timeCreated.getTime() < oldest) {
      commands.change(command, { deliveryState: 'EXPIRED' });
    }
  }
}

/** Takes what is visible, up to the number of commands an agent holds at once. */
export function fetchCommands(inside: AgentInside, instance: Instance): void {
  const { commands, region, settings } = inside;
  const open = commands.open(instance.id);
  let held = open.filter(({ deliveryState }) => deliveryState !== 'VISIBLE').length;
  for (const command of open.filter(({ deliveryState }) => deliveryState === 'VISIBLE')) {
    if (held >= settings.inFlight) return;
    if (command.heldUntil !== undefined && command.heldUntil > region.now()) continue;
    if (command.heldUntil === undefined && playFaults(inside, instance, command)) continue;
    commands.change(command, { deliveryState: 'PENDING' });
    held += 1;
  }
}

/** Faults of the delivery; true when the command is not fetched now. */
function playFaults({ commands, region }: AgentInside, instance: Instance, command: Command): boolean {
  if (region.faults.take('command-expired', nameOf(command))) {
    commands.change(command, { deliveryState: 'EXPIRED' });
    return true;
  }
  const silent = region.faults.take('agent-silent', instance.id);
  const late = region.faults.take('agent-delay', instance.id);
  if (silent === undefined && late === undefined) return false;
  const until = silent ? NEVER : new Date(region.now().getTime() + (late?.value ?? 0) * 1000);
  commands.change(command, { heldUntil: until });
  return true;
}

const NEVER = new Date('9999-12-31T00:00:00Z');

/** Starts what was fetched, as many as there are workers. IN_PROGRESS is saved first: a script runs once. */
export function startCommands(
  { commands, region, settings, wake }: AgentInside,
  { machine, instance }: { machine: Machine; instance: Instance },
): void {
  const open = commands.open(instance.id);
  const running = open.filter(({ lifecycleState }) => lifecycleState === 'IN_PROGRESS').length;
  const pending = open.filter(({ deliveryState }) => deliveryState === 'PENDING');
  for (const command of pending.slice(0, Math.max(0, settings.workers - running))) {
    if (region.faults.take('command-timed-out', nameOf(command))) {
      commands.change(command, { deliveryState: 'ACKED', lifecycleState: 'TIMED_OUT', output: '' });
      continue;
    }
    const started = commands.change(command, {
      deliveryState: 'ACKED',
      lifecycleState: 'IN_PROGRESS',
      startedAt: region.now(),
      isLost: region.faults.take('lost-execution', nameOf(command)) !== undefined,
    });
    startScript(machine, started, wake);
  }
}

/** What faults match a command by. */
export function nameOf(command: Command): string {
  return command.displayName ?? command.id;
}

const denied = new Set<string>();

/** Without the policy OCI's agent gets a 404 and says so in its log; everything stays VISIBLE. */
export function isAllowedToPoll(region: Region, { id, compartmentId, principal }: Instance): boolean {
  const target = { compartmentId, variables: { 'target.instance.id': id } };
  if (region.wiring.isAllowed(principal, 'PollInstanceAgentCommands', target)) {
    denied.delete(id);
    return true;
  }
  const message = 'poll command err: NotAuthorizedOrNotFound: no policy lets the instance use its commands';
  if (!denied.has(id)) region.log(message, { instance: id });
  denied.add(id);
  return false;
}
