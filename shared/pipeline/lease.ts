// The apply lease in heads/<app>: one applier at a time, and a memory of what is deployed.

import { after, isPast } from '../build/retry.ts';
import type { Head, Lease } from '../build/seen.ts';
import type { FoundHead, Ports } from './ports.ts';

/** Renewed before every effect; an applier that slept longer has lost it. */
export const LEASE_SECONDS = 60;
/** An effect may take this long: nothing is begun with less of the lease left. */
const MARGIN_SECONDS = 20;
/** With more left than this a lease was taken just now, and cannot be another's yet, whatever the clocks' skew. */
const FRESH_SECONDS = 50;

/** A lease of ours, and the head as it was left when it was taken. */
export interface Held {
  readonly kind: 'held';
  readonly head: Head;
  readonly eTag: string;
}

export type Taken =
  | Held
  | { readonly kind: 'busy'; readonly by: Lease }
  | { readonly kind: 'newer'; readonly build: string };

interface Who {
  readonly app: string;
  readonly build: string;
  readonly holder: string;
}

/**
 * Takes, or renews, the app's lease. Never for a build older than what is deployed or being applied by another.
 * @param seen the head when it was just read
 */
export async function takeLease(
  who: Who,
  { ports, seen }: { ports: Ports; seen?: FoundHead | undefined },
): Promise<Taken> {
  for (let found = seen ?? (await ports.heads.read(who.app)); ; found = await ports.heads.read(who.app)) {
    const head = found?.head ?? {};
    if (head.build !== undefined && head.build > who.build) return { kind: 'newer', build: head.build };
    const lease = head.lease;
    const isOthers = lease !== undefined && lease.holder !== who.holder;
    if (isOthers && !isPast(lease.until, ports.now())) return { kind: 'busy', by: lease };
    const until = after(ports.now(), LEASE_SECONDS);
    const next: Head = { ...head, lease: { build: who.build, holder: who.holder, until } };
    const eTag = await ports.heads.swap(who.app, next, found?.eTag);
    if (eTag !== undefined) return { kind: 'held', head: next, eTag };
  }
}

/** Still ours, with room for one more effect? Renews it when it runs low. */
export async function holdsLease(who: Who, { held, ports }: { held: Held; ports: Ports }): Promise<boolean> {
  if (secondsLeft(held.head.lease, ports) > FRESH_SECONDS) return true;
  const lease = (await ports.heads.read(who.app))?.head.lease;
  if (lease === undefined || lease.holder !== who.holder || isPast(lease.until, ports.now())) return false;
  if (secondsLeft(lease, ports) > MARGIN_SECONDS) return true;
  return (await takeLease(who, { ports })).kind === 'held';
}

/** Gives the lease back, and notes what is deployed now, if anything is. False: it was no longer ours. */
export async function releaseLease(
  who: Who,
  { deployed, held, ports }: { deployed?: Omit<Head, 'lease'>; held: FoundHead; ports: Ports },
): Promise<boolean> {
  for (let found: FoundHead | undefined = held; ; found = await ports.heads.read(who.app)) {
    if (found?.head.lease?.holder !== who.holder) return false;
    const { lease: _, ...kept } = found.head;
    if ((await ports.heads.swap(who.app, { ...kept, ...deployed }, found.eTag)) !== undefined) return true;
  }
}

function secondsLeft(lease: Lease | undefined, ports: Ports): number {
  return lease === undefined ? 0 : (Date.parse(lease.until) - ports.now().getTime()) / 1000;
}
