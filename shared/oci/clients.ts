// The SDK's clients, each made when it is first needed: loading one costs more than a call.
import type { ComputeInstanceAgentClient, PluginClient } from 'oci-computeinstanceagent';
import type { ContainerEngineClient } from 'oci-containerengine';
import type { ComputeClient } from 'oci-core';
import type { EventsClient } from 'oci-events';
import type { FunctionsInvokeClient, FunctionsManagementClient } from 'oci-functions';
import type { IdentityClient } from 'oci-identity';
import type { MonitoringClient } from 'oci-monitoring';
import type { ObjectStorageClient } from 'oci-objectstorage';
import type { NotificationDataPlaneClient } from 'oci-ons';
import type { ScheduleClient } from 'oci-resourcescheduler';
import { muteWarnings } from '../log.ts';
import { lazily } from './lazily.ts';
import type { Provider } from './signing.ts';
import { transport } from './transport.ts';

export interface Access {
  readonly provider: Provider;
  /** Region identifier. */
  readonly region: string;
  /** Base URL of every service, in place of the region's hosts. */
  readonly endpoint?: string;
}

export interface Clients {
  objectStorage(): Promise<ObjectStorageClient>;
  instanceAgent(): Promise<ComputeInstanceAgentClient>;
  plugins(): Promise<PluginClient>;
  compute(): Promise<ComputeClient>;
  containerEngine(): Promise<ContainerEngineClient>;
  functions(): Promise<FunctionsManagementClient>;
  events(): Promise<EventsClient>;
  identity(): Promise<IdentityClient>;
  monitoring(): Promise<MonitoringClient>;
  /** Subscriptions; messages are sent by nobody here. */
  notifications(): Promise<NotificationDataPlaneClient>;
  schedules(): Promise<ScheduleClient>;
  /** @param endpoint the application's own host, Terraform's `invoke_endpoint` */
  invoker(endpoint: string): Promise<FunctionsInvokeClient>;
}

interface Addressed {
  endpoint: string;
  regionId: string;
}

/** Clients for one principal. Nothing is loaded or sent before the first call. */
export function createClients({ provider, region, endpoint }: Access): Clients {
  // Each refusal, an expected 404 or 412 too, is printed by the SDK (facts storage A.3.11).
  muteWarnings(/^(Request cannot be retried|All retry attempts have exhausted)/);
  const settings = lazily(async () => {
    const { CircuitBreaker, NoRetryConfigurationDetails } = await import('oci-common');
    // Retries are calling.ts's: the SDK's outlive a function. A breaker would hold a timer, and fail good calls.
    const circuitBreaker = new CircuitBreaker({ disableClientCircuitBreaker: true });
    return { retryConfiguration: NoRetryConfigurationDetails, circuitBreaker };
  });
  const httpClient = transport(provider);
  const at = <Client extends Addressed>(client: Client): Client => {
    if (endpoint === undefined) client.regionId = region;
    else client.endpoint = endpoint;
    return client;
  };
  return {
    objectStorage: lazily(async () => {
      const { ObjectStorageClient } = await import('oci-objectstorage');
      return at(new ObjectStorageClient({ httpClient }, await settings()));
    }),
    instanceAgent: lazily(async () => {
      const { ComputeInstanceAgentClient } = await import('oci-computeinstanceagent');
      return at(new ComputeInstanceAgentClient({ httpClient }, await settings()));
    }),
    plugins: lazily(async () => {
      const { PluginClient } = await import('oci-computeinstanceagent');
      return at(new PluginClient({ httpClient }, await settings()));
    }),
    compute: lazily(async () => {
      const { ComputeClient } = await import('oci-core');
      return at(new ComputeClient({ httpClient }, await settings()));
    }),
    containerEngine: lazily(async () => {
      const { ContainerEngineClient } = await import('oci-containerengine');
      return at(new ContainerEngineClient({ httpClient }, await settings()));
    }),
    functions: lazily(async () => {
      const { FunctionsManagementClient } = await import('oci-functions');
      return at(new FunctionsManagementClient({ httpClient }, await settings()));
    }),
    events: lazily(async () => {
      const { EventsClient } = await import('oci-events');
      return at(new EventsClient({ httpClient }, await settings()));
    }),
    identity: lazily(async () => {
      const { IdentityClient } = await import('oci-identity');
      return at(new IdentityClient({ httpClient }, await settings()));
    }),
    monitoring: lazily(async () => {
      const { MonitoringClient } = await import('oci-monitoring');
      return at(new MonitoringClient({ httpClient }, await settings()));
    }),
    notifications: lazily(async () => {
      const { NotificationDataPlaneClient } = await import('oci-ons');
      return at(new NotificationDataPlaneClient({ httpClient }, await settings()));
    }),
    schedules: lazily(async () => {
      const { ScheduleClient } = await import('oci-resourcescheduler');
      return at(new ScheduleClient({ httpClient }, await settings()));
    }),
    invoker: async (host) => {
      const { FunctionsInvokeClient } = await import('oci-functions');
      const client = new FunctionsInvokeClient({ httpClient }, await settings());
      client.endpoint = endpoint ?? host;
      return client;
    },
  };
}
