// The apply lease in heads/<app>: one applier at a time, and a memory of what is deployed.

import { after, isPast } from '../build/retry.ts';
import type { Head, Lease } from '../build/seen.ts';
import type { Ports } from './ports.ts';

/** Renewed before every effect; an applier that slept longer has lost it. */
export const LEASE_SECONDS = 60;
/** An effect may take this long: nothing is begun with less of the lease left. */
const MARGIN_SECONDS = 20;

export type Taken =
  | { readonly kind: 'held'; readonly head: Head }
  | { readonly kind: 'busy'; readonly by: Lease }
  | { readonly kind: 'newer'; readonly build: string };

interface Who {
  readonly app: string;
  readonly build: string;
  readonly holder: string;
}

/** Takes, or renews, the app's lease. Never for a build older than what is deployed or being applied by another. */
export async function takeLease(who: Who, ports: Ports): Promise<Taken> {
  for (;;) {
    const found = await ports.heads.read(who.app);
    const head = found?.head ?? {};
    if (head.build !== undefined && head.build > who.build) return { kind: 'newer', build: head.build };
    const lease = head.lease;
    const isOthers = lease !== undefined && lease.holder !== who.holder;
    if (isOthers && !isPast(lease.until, ports.now())) return { kind: 'busy', by: lease };
    const until = after(ports.now(), LEASE_SECONDS);
    const next: Head = { ...head, lease: { build: who.build, holder: who.holder, until } };
    if ((await ports.heads.swap(who.app, next, found?.eTag)) !== undefined)
      return { kind: 'held', head: next };
  }
}

/** Still ours, with room for one more effect? Renews it when it runs low. */
export async function holdsLease(who: Who, ports: Ports): Promise<boolean> {
  const lease = (await ports.heads.read(who.app))?.head.lease;
  if (lease === undefined || lease.holder !== who.holder || isPast(lease.until, ports.now())) return false;
  const left = Date.parse(lease.until) - ports.now().getTime();
  if (left > MARGIN_SECONDS * 1000) return true;
  return (await takeLease(who, ports)).kind === 'held';
}

/** Gives the lease back, and notes what is deployed now, if anything is. False: it was no longer ours. */
export async function releaseLease(
  who: Who,
  { deployed, ports }: { deployed?: Omit<Head, 'lease'>; ports: Ports },
): Promise<boolean> {
  for (;;) {
    const found = await ports.heads.read(who.app);
    if (found?.head.lease?.holder !== who.holder) return false;
    const { lease: _, ...kept } = found.head;
    if ((await ports.heads.swap(who.app, { ...kept, ...deployed }, found.eTag)) !== undefined) return true;
  }
}
