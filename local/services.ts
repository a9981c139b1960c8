// Which services a region has, in the order in which they start.
import type { Region, Service } from './types.ts';

type Factory = (region: Region) => Service;

/** Loaded when they are started, so that a region with few services comes up fast. */
const LOADERS = {
  identity: async () => (await import('./services/identity/service.ts')).identity,
  metadata: async () => (await import('./services/metadata/service.ts')).metadata,
  'object-storage': async () => (await import('./services/object-storage/service.ts')).objectStorage,
  registry: async () => (await import('./services/registry/service.ts')).registry,
  'container-engine': async () => (await import('./services/container-engine/service.ts')).containerEngine,
  functions: async () => (await import('./services/functions/service.ts')).functions,
  notifications: async () => (await import('./services/notifications/service.ts')).notifications,
  'resource-scheduler': async () =>
    (await import('./services/resource-scheduler/service.ts')).resourceScheduler,
  events: async () => (await import('./services/events/service.ts')).events,
  vault: async () => (await import('./services/vault/service.ts')).vault,
  'instance-agent': async () => (await import('./services/instance-agent/service.ts')).instanceAgent,
} as const satisfies Readonly<Record<string, () => Promise<Factory>>>;

export type ServiceName = keyof typeof LOADERS;

export const SERVICE_NAMES: readonly ServiceName[] = Object.keys(LOADERS).filter(isServiceName);

function isServiceName(name: string): name is ServiceName {
  return Object.hasOwn(LOADERS, name);
}

/** Makes the services named (default: all); identity is always there, as nothing is answered without it. */
export async function createServices(region: Region, names = SERVICE_NAMES): Promise<Service[]> {
  const services: Service[] = [];
  for (const name of SERVICE_NAMES) {
    if (name !== 'identity' && !names.includes(name)) continue;
    const create: Factory = await LOADERS[name]();
    services.push(create(region));
  }
  return services;
}
