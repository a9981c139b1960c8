// The instances of the twin, and what happened to them here: stopped, started, their agent killed.
import { atomically } from '../../transaction.ts';
import type { Principal, Region, TwinResource } from '../../types.ts';

export const RUN_COMMAND_PLUGIN = 'Compute Instance Run Command';

export interface Instance {
  readonly id: string;
  readonly compartmentId: string;
  readonly name: string;
  readonly lifecycleState: 'RUNNING' | 'STOPPED';
  /** Does the plugin ask for commands? */
  readonly isAgentUp: boolean;
  /** Names of the plugins, with `ENABLED` or `DISABLED`. */
  readonly plugins: Readonly<Record<string, string>>;
  readonly principal: Principal;
  readonly resource: TwinResource;
}

/** What was done to an instance. */
export interface InstanceChange {
  readonly isStopped: boolean;
  readonly isAgentDown: boolean;
}

export interface Instances {
  find(id: string): Instance | undefined;
  list(): readonly Instance[];
  /** Kept over restarts of the region. */
  set(id: string, change: InstanceChange): void;
  clear(): void;
}

export function openInstances(region: Region): Instances {
  const { database } = region;
  database.exec(`CREATE TABLE IF NOT EXISTS instance_agent_instance (
    id TEXT PRIMARY KEY, is_stopped INTEGER NOT NULL, is_agent_down INTEGER NOT NULL) STRICT`);
  const list = (): Instance[] =>
    region.twin.of('oci_core_instance').map((resource) => {
      const row = database
        .prepare('SELECT * FROM instance_agent_instance WHERE id = ?')
        .get(String(resource.values.id));
      return instanceOf(region, resource, {
        isStopped: row?.is_stopped === 1 || resource.values.state === 'STOPPED',
        isAgentDown: row?.is_agent_down === 1,
      });
    });
  return {
    list,
    find: (id) => list().find((instance) => instance.id === id),
    set: (id, { isStopped, isAgentDown }) =>
      atomically(database, () => {
        database
          .prepare('INSERT OR REPLACE INTO instance_agent_instance VALUES (?, ?, ?)')
          .run(id, isStopped ? 1 : 0, isAgentDown ? 1 : 0);
      }),
    clear: () => database.exec('DELETE FROM instance_agent_instance'),
  };
}

function instanceOf(
  region: Region,
  resource: TwinResource,
  { isStopped, isAgentDown }: InstanceChange,
): Instance {
  const { values } = resource;
  const [id, compartmentId] = [String(values.id), String(values.compartment_id)];
  const { tenancyId } = region;
  const plugins = pluginsOf(values.agent_config);
  const isEnabled = plugins[RUN_COMMAND_PLUGIN] === 'ENABLED';
  return {
    id,
    compartmentId,
    name: String(values.display_name ?? id),
    lifecycleState: isStopped ? 'STOPPED' : 'RUNNING',
    isAgentUp: !isStopped && !isAgentDown && isEnabled,
    plugins,
    principal: { kind: 'instance', type: 'instance', id, compartmentId, tenancyId },
    resource,
  };
}

/** The plugin works only when management is on and no switch turns all plugins off (facts: run-command 2). */
function pluginsOf(agentConfig: unknown): Record<string, string> {
  const config = Array.isArray(agentConfig) ? agentConfig[0] : undefined;
  if (config?.is_management_disabled === true || config?.are_all_plugins_disabled === true) return {};
  const listed: readonly { name: string; desired_state: string }[] = config?.plugins_config ?? [];
  return Object.fromEntries(listed.map(({ name, desired_state }) => [name, desired_state]));
}
