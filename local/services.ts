// Which services a region has, in the order in which they start.
import { existsSync } from 'node:fs';
import type { Region, Service } from './types.ts';

const ORDER = [
  ['identity', 'identity'],
  ['metadata', 'metadata'],
  ['object-storage', 'objectStorage'],
  ['registry', 'registry'],
  ['container-engine', 'containerEngine'],
  ['functions', 'functions'],
  ['notifications', 'notifications'],
  ['events', 'events'],
  ['instance-agent', 'instanceAgent'],
] as const;

export type ServiceName = (typeof ORDER)[number][0];
export const SERVICE_NAMES: readonly ServiceName[] = ORDER.map(([name]) => name);

/** Makes the services named (default: all); identity is always there, as nothing is answered without it. */
export async function createServices(region: Region, names?: readonly ServiceName[]): Promise<Service[]> {
  const services: Service[] = [];
  for (const [name, factory] of ORDER) {
    const file = new URL(`./services/${name}/service.ts`, import.meta.url);
    if (name !== 'identity' && names !== undefined && !names.includes(name)) continue;
    if (!existsSync(file)) continue;
    const module: Record<string, (region: Region) => Service> = await import(file.href);
    const create = module[factory];
    if (create === undefined) throw new TypeError(`local/services/${name}/service.ts exports no ${factory}`);
    services.push(create(region));
  }
  return services;
}
