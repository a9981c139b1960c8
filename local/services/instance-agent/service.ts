// Compute Instance Agent: the Run Command API, and the agents of the twin's instances.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Region, Service } from '../../types.ts';
import { adminRoutes } from './admin.ts';
import { cancel, lookAt } from './agent.ts';
import { commandRoutes } from './command-routes.ts';
import { openCommands } from './command-store.ts';
import { instanceRoutes } from './instance-routes.ts';
import { type Instance, openInstances } from './instances.ts';
import { type Machine, openMachine } from './machine.ts';
import { createPoller } from './poller.ts';
import { endScripts, killScripts } from './script.ts';
import { type AgentSettings, DEFAULT_SETTINGS } from './settings.ts';

/** @param overrides for tests, such as `{deliverySeconds: 1}` */
export function instanceAgent(region: Region, overrides: Partial<AgentSettings> = {}): Service {
  const commands = openCommands(region);
  const instances = openInstances(region);
  const machines = new Map<string, Machine>();
  const machineOf = (instance: Instance): Machine => {
    const machine = machines.get(instance.id) ?? openMachine(region, instance);
    machines.set(instance.id, machine);
    return machine;
  };
  const poller = createPoller(region, async () => {
    for (const instance of instances.list()) await lookAt(inside, { instance, machine: machineOf(instance) });
    commands.purge();
  });
  const settings = { ...DEFAULT_SETTINGS, ...overrides };
  const inside = { region, settings, commands, wake: poller.wake };
  const find = (id: string): Instance => {
    const instance = instances.find(id);
    if (instance === undefined) throw notAuthorizedOrNotFound();
    return instance;
  };
  return {
    name: 'instance-agent',
    routes: [
      ...commandRoutes({ region, commands, instances, cancel: (command) => cancel(inside, command) }),
      ...instanceRoutes(region, instances),
      ...adminRoutes({
        set: (id, change) => {
          instances.set(find(id).id, change);
          // A machine that is switched off takes its scripts with it, and so does an agent that dies.
          if (change.isStopped || change.isAgentDown) killScripts(machineOf(find(id)));
          poller.wake();
        },
      }),
    ],
    start: async () => poller.start(),
    stop: async () => {
      await poller.stop();
      const all = instances.list().map((instance) => endScripts(machineOf(instance), settings.graceSeconds));
      await Promise.all(all);
    },
    reset: async () => {
      await poller.stop();
      for (const instance of instances.list()) killScripts(machineOf(instance));
      commands.clear();
      instances.clear();
      poller.start();
    },
  };
}
