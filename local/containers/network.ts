// A network of one container (or pod) where podman's own networks do not work, such as a host without iptables:
// a network namespace joined to the host by a veth pair. The host reaches every port of it by its address.
import { execFile } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasProgram } from './programs.ts';

const run = promisify(execFile);

export interface Network {
  /** Option of `podman create` that joins a container to this network. */
  readonly flags: readonly string[];
  /** Address every port of the containers is reached at, from this host. */
  readonly address: string;
  close(): Promise<void>;
}

/** 198.18.0.0/15 is for benchmarks (RFC 2544) and so in nobody's way; each network is a /30 of it. */
const NETWORKS = 2 ** 15;
const NAMESPACES = '/run/netns';

/** Can this process make such networks? It has to be root, and have `ip` of iproute2. */
export function canOpenNetworks(): boolean {
  return process.getuid?.() === 0 && hasProgram('ip');
}

/** Opens a network for the containers of one pod. `label` is the region's; `removeByLabel` closes it as well. */
export async function openNetwork(label: string): Promise<Network> {
  const { host, address } = await freeAddresses();
  const suffix = host.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  const namespace = `${prefixOf(label)}${suffix.join('')}`;
  const outside = `galley${suffix.join('')}`;
  const inside = ['-n', namespace];
  await ip(['netns', 'add', namespace]);
  try {
    await ip(['link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace]);
    await ip(['addr', 'add', `${host}/30`, 'dev', outside]);
    await ip(['link', 'set', outside, 'up']);
    await ip([...inside, 'addr', 'add', `${address}/30`, 'dev', 'eth0']);
    await ip([...inside, 'link', 'set', 'lo', 'up']);
    await ip([...inside, 'link', 'set', 'eth0', 'up']);
    await ip([...inside, 'route', 'add', 'default', 'via', host]);
  } catch (error) {
    await remove(namespace);
    throw error;
  }
  return {
    flags: ['--network', `ns:${NAMESPACES}/${namespace}`],
    address,
    close: () => remove(namespace),
  };
}

/** Closes all networks of a region, also those an earlier life of it left behind. */
export async function removeNetworks(label: string): Promise<void> {
  const names = await readdir(NAMESPACES).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefixOf(label)))) await remove(name);
}

function prefixOf(label: string): string {
  return `galley-${createHash('sha256').update(label).digest('hex').slice(0, 8)}-`;
}

async function freeAddresses(): Promise<{ host: string; address: string }> {
  const taken = await ip(['-o', '-4', 'addr', 'show']);
  for (;;) {
    const first = randomInt(NETWORKS) * 4;
    const at = (offset: number): string =>
      `198.${18 + (first >> 16)}.${(first >> 8) & 255}.${(first & 255) + offset}`;
    if (!taken.includes(` ${at(1)}/`)) return { host: at(1), address: at(2) };
  }
}

/** Deleting the namespace takes the veth pair with it. */
async function remove(namespace: string): Promise<void> {
  await ip(['netns', 'delete', namespace]).catch(() => undefined);
}

async function ip(args: readonly string[]): Promise<string> {
  try {
    return (await run('ip', [...args])).stdout;
  } catch (cause) {
    throw new Error(`ip ${args.join(' ')} failed; a network of a container needs root`, { cause });
  }
}
