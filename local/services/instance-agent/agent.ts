// The agent of one instance: it asks for commands, acknowledges them, runs them, and reports how they ended.
import type { Region } from '../../types.ts';
import type { Command } from './command.ts';
import type { CommandStore } from './command-store.ts';
import { expire, fetchCommands, isAllowedToPoll, startCommands } from './delivery.ts';
import type { Instance } from './instances.ts';
import type { Machine } from './machine.ts';
import { lastOutput, removeScript, type ScriptState, scriptOf, signalScript, stateOf } from './script.ts';
import { type AgentSettings, MAX_RUN_SECONDS } from './settings.ts';

export interface AgentInside {
  readonly region: Region;
  readonly settings: AgentSettings;
  readonly commands: CommandStore;
  /** Asks for another look soon. */
  wake(): void;
}

export interface Agent {
  readonly machine: Machine;
  readonly instance: Instance;
}

/** One look at an instance: what ended is reported, what is too late is stopped, what waits is fetched and run. */
export async function lookAt(inside: AgentInside, agent: Agent): Promise<void> {
  const { instance } = agent;
  for (const command of inside.commands.open(instance.id)) {
    if (command.lifecycleState === 'IN_PROGRESS') await follow(inside, agent, command);
  }
  expire(inside, instance);
  if (!instance.isAgentUp || !isAllowedToPoll(inside.region, instance)) return;
  fetchCommands(inside, instance);
  startCommands(inside, agent);
}

/** A script that is still not there then was never started: the region was killed in between. */
const STARTING_MS = 60_000;

/** The end of a script that died with its agent is unknown: its command stays IN_PROGRESS until its time is over. */
async function follow(inside: AgentInside, agent: Agent, command: Command): Promise<void> {
  const script = scriptOf(agent.machine, command);
  const state = stateOf(script);
  const now = inside.region.now().getTime();
  const ranMs = now - (command.startedAt?.getTime() ?? now);
  if (state === 'starting' && ranMs < STARTING_MS) return;
  if (typeof state === 'object' && agent.instance.isAgentUp && !command.isLost) {
    return report(inside, agent, { command, state });
  }
  if (command.stopping !== undefined) {
    const waited = now - (command.stoppingSince?.getTime() ?? 0);
    if (waited > inside.settings.graceSeconds * 1000) signalScript(script, 'SIGKILL');
    if (state !== 'running') await report(inside, agent, { command, state });
    return;
  }
  const limit = (command.executionTimeOutInSeconds || MAX_RUN_SECONDS) * 1000;
  if (command.isCanceled) stop(inside, agent, { command, why: 'CANCELED' });
  else if (ranMs >= limit) stop(inside, agent, { command, why: 'TIMED_OUT' });
}

/** SIGTERM now, SIGKILL after the grace; a later look reports. */
function stop(
  { commands, region, wake }: AgentInside,
  { machine }: Agent,
  { command, why }: { command: Command; why: 'TIMED_OUT' | 'CANCELED' },
): void {
  commands.change(command, { stopping: why, stoppingSince: region.now() });
  signalScript(scriptOf(machine, command), 'SIGTERM');
  wake();
}

async function report(
  { commands, wake }: AgentInside,
  { machine }: Agent,
  { command, state }: { command: Command; state: ScriptState },
): Promise<void> {
  const script = scriptOf(machine, command);
  const output = await lastOutput(script).catch(() => '');
  const exitCode = typeof state === 'object' ? state.exitCode : undefined;
  // Canceled while the output was read: the newest word of the user counts.
  const current = commands.find(command.id) ?? command;
  commands.change(current, {
    lifecycleState: current.stopping ?? (exitCode === 0 ? 'SUCCEEDED' : 'FAILED'),
    deliveryState: current.stopping === 'CANCELED' ? 'ACKED_CANCELED' : 'ACKED',
    exitCode,
    output,
  });
  removeScript(script);
  wake();
}

/** A user cancels: at once when no script runs, else at the next look. What is over stays as it is. */
export function cancel({ commands, wake }: AgentInside, command: Command): void {
  if (command.lifecycleState === 'IN_PROGRESS') commands.change(command, { isCanceled: true });
  if (command.lifecycleState === 'ACCEPTED' && command.deliveryState !== 'EXPIRED') {
    commands.change(command, {
      isCanceled: true,
      lifecycleState: 'CANCELED',
      deliveryState: 'ACKED_CANCELED',
    });
  }
  wake();
}
