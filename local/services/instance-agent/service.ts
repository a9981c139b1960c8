// Compute Instance Agent: the Run Command API, and the agents of the twin's instances.
import type { Region, Service } from '../../types.ts';
import { adminRoutes } from './admin.ts';
import { type Agent, cancel, lookAt } from './agent.ts';
import { commandRoutes } from './command-routes.ts';
import { openCommands } from './command-store.ts';
import { executionRoutes } from './execution-routes.ts';
import { instanceRoutes } from './instance-routes.ts';
import { findInstance } from './instance-target.ts';
import { type Instance, type InstanceChange, openInstances } from './instances.ts';
import { type Machine, openMachine } from './machine.ts';
import { pluginRoutes } from './plugin-routes.ts';
import { createPoller } from './poller.ts';
import { endScripts, forgetScripts, killScripts } from './script.ts';
import { type AgentSettings, DEFAULT_SETTINGS } from './settings.ts';

/** @param overrides for tests, such as `{deliverySeconds: 1}` */
export function instanceAgent(region: Region, overrides: Partial<AgentSettings> = {}): Service {
  const settings = { ...DEFAULT_SETTINGS, ...overrides };
  const commands = openCommands(region);
  const instances = openInstances(region);
  const machineOf = machinesOf(region);
  const all = (): readonly Agent[] =>
    instances.list().map((instance) => ({ instance, machine: machineOf(instance) }));
  const poller = createPoller(region, async () => {
    for (const agent of all()) await lookAt(inside, agent);
    commands.purge();
  });
  const inside = { region, settings, commands, wake: poller.wake };
  const set = (id: string, change: InstanceChange): void => {
    instances.set(findInstance(instances, id).id, change);
    // A machine that is switched off takes its scripts with it, and so does an agent that dies.
    if (change.isStopped || change.isAgentDown) killScripts(machineOf(findInstance(instances, id)));
    poller.wake();
  };
  return {
    name: 'instance-agent',
    routes: [
      ...commandRoutes({ commands, instances, cancel: (command) => cancel(inside, command) }),
      ...executionRoutes(inside),
      ...instanceRoutes(region, instances),
      ...pluginRoutes(region, instances),
      ...adminRoutes(set),
    ],
    start: async () => poller.start(),
    stop: async () => {
      await poller.stop();
      await Promise.all(all().map(({ machine }) => endScripts(machine, settings.graceSeconds)));
    },
    reset: async () => {
      await poller.stop();
      for (const { machine } of all()) forgetScripts(machine);
      commands.clear();
      instances.clear();
      poller.start();
    },
  };
}

/** Lays out the machine of an instance when it is first needed: after the registry has its address. */
function machinesOf(region: Region): (instance: Instance) => Machine {
  const machines = new Map<string, Machine>();
  return (instance) => {
    const machine = machines.get(instance.id) ?? openMachine(region, instance);
    machines.set(instance.id, machine);
    return machine;
  };
}
