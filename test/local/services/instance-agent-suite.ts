// A region with the agent of the twin's Build Instance, and OCI's unmodified client for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { ComputeInstanceAgentClient, type models } from 'oci-computeinstanceagent';
import type { StartOptions } from '../../../local/region.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../helpers/region.ts';

export type Execution = models.InstanceAgentCommandExecution;

export interface CommandOptions {
  readonly displayName?: string;
  readonly seconds?: number;
  readonly retryToken?: string;
}

export interface AgentHarness {
  readonly region: TestRegion;
  readonly client: ComputeInstanceAgentClient;
  readonly instanceId: string;
  /** Creates a command of a script; answers its OCID. */
  create(script: string, options?: CommandOptions): Promise<string>;
  execution(id: string): Promise<Execution>;
  /** Waits until the execution is as wanted; default: until it is over. */
  waitFor(id: string, wanted?: (execution: Execution) => boolean): Promise<Execution>;
  plant(fault: object): Promise<void>;
  post(path: string): Promise<number>;
  stop(): Promise<void>;
}

const WAIT_MS = 60_000;

export async function agentHarness(options: Partial<StartOptions> = {}): Promise<AgentHarness> {
  const region = await startTestRegion({ services: ['instance-agent'], agentSeconds: 0.05, ...options });
  const client = agentClient(region);
  const instanceId = String(region.region.twin.of('oci_core_instance')[0]?.values.id);
  const execution = async (instanceAgentCommandId: string): Promise<Execution> =>
    (await client.getInstanceAgentCommandExecution({ instanceAgentCommandId, instanceId }))
      .instanceAgentCommandExecution;
  return {
    region,
    client,
    instanceId,
    execution,
    create: async (text, command = {}) => {
      const response = await client.createInstanceAgentCommand({
        ...(command.retryToken === undefined ? {} : { opcRetryToken: command.retryToken }),
        createInstanceAgentCommandDetails: details(region, { instanceId, text, command }),
      });
      return response.instanceAgentCommand.id;
    },
    waitFor: async (id, wanted = isOver) => {
      const deadline = Date.now() + WAIT_MS;
      for (;;) {
        const now = await execution(id);
        if (wanted(now)) return now;
        if (Date.now() > deadline) throw new Error(`waited 60 s in vain; it is ${JSON.stringify(now)}`);
        await sleep(20);
      }
    },
    plant: async (fault) => {
      const answer = await fetch(`${region.endpoint}/_galley/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (answer.status !== 201) throw new Error(await answer.text());
    },
    post: async (path) => (await fetch(`${region.endpoint}/_galley/${path}`, { method: 'POST' })).status,
    stop: async () => {
      client.close();
      await region.stop();
    },
  };
}

export function agentClient(region: TestRegion): ComputeInstanceAgentClient {
  const authenticationDetailsProvider = region.credentials();
  const client = new ComputeInstanceAgentClient({ authenticationDetailsProvider }, noRetries);
  client.endpoint = region.endpoint;
  return client;
}

/** The body of a create, with a text source and a text output. */
export function details(
  { region }: TestRegion,
  { instanceId, text, command = {} }: { instanceId: string; text: string; command?: CommandOptions },
): models.CreateInstanceAgentCommandDetails {
  const source: models.InstanceAgentCommandSourceViaTextDetails = { sourceType: 'TEXT', text };
  const output: models.InstanceAgentCommandOutputViaTextDetails = { outputType: 'TEXT' };
  return {
    compartmentId: region.compartmentId,
    executionTimeOutInSeconds: command.seconds ?? 600,
    displayName: command.displayName ?? 'a command',
    target: { instanceId },
    content: { source, output },
  };
}

export function isOver({ lifecycleState, deliveryState }: Execution): boolean {
  return deliveryState === 'EXPIRED' || !['ACCEPTED', 'IN_PROGRESS'].includes(lifecycleState);
}

/** What an OCI error says: status and code. */
export async function errorOf(call: Promise<unknown>): Promise<{ status: number; code: string }> {
  try {
    await call;
  } catch (error) {
    const { statusCode, serviceCode } = error as { statusCode: number; serviceCode: string };
    return { status: statusCode, code: serviceCode };
  }
  throw new Error('the call was expected to fail');
}
