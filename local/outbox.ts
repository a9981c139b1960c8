// Deliveries that survive a kill: kept in the database until they are done, tried again until they are too old.
import { type DeliveryRow, deliveryRows } from './outbox-rows.ts';
import type { Region } from './types.ts';

export interface Delivery<Target> {
  /** Stays the same over all attempts; receivers tell repetitions by it. */
  readonly id: string;
  readonly target: Target;
  readonly body: string;
  /** How often it was tried before. */
  readonly attempts: number;
}

export interface OutboxOptions<Target> {
  /** Names the queue in the database. */
  readonly name: string;
  /** Delivers once; `retry` when that may help. An exception is a retry. */
  deliver(delivery: Delivery<Target>): Promise<'done' | 'retry'>;
  /** Seconds until the attempt after `attempts` failed ones; undefined gives up. */
  retryAfter(delivery: Delivery<Target>, ageSeconds: number): number | undefined;
  onGiveUp(delivery: Delivery<Target>): void;
}

export interface Outbox<Target> {
  /** Keeps a delivery, in the transaction that is running if there is one; due after `delaySeconds`. */
  add(delivery: { id: string; target: Target; body: string; delaySeconds?: number }): void;
  /** Deliveries that are neither done nor given up. */
  pending(): number;
  start(): void;
  /** What is under way is not waited for: it is delivered again after the next start. */
  stop(): void;
  clear(): void;
}

/** Functions run side by side; this many deliveries wait for an answer at once. */
const MAX_UNDERWAY = 32;
/** The region's clock need not run like the timers' (tests), so due times are looked at again after this. */
const MAX_SLEEP_MS = 1000;

export function outbox<Target>(region: Region, options: OutboxOptions<Target>): Outbox<Target> {
  const rows = deliveryRows<Target>(region.database, options.name);
  const underway = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  const nowMs = (): number => region.now().getTime();

  const wake = (inMs: number): void => {
    if (!isRunning) return;
    clearTimeout(timer);
    timer = setTimeout(pump, Math.min(inMs, MAX_SLEEP_MS));
  };
  const settle = (row: DeliveryRow<Target>, outcome: 'done' | 'retry'): void => {
    underway.delete(row.sequence);
    if (!isRunning) return;
    const age = (nowMs() - row.acceptedAt) / 1000;
    const pause = outcome === 'done' ? undefined : options.retryAfter(row, age);
    if (pause === undefined) rows.remove(row.sequence);
    else rows.postpone(row.sequence, nowMs() + pause * 1000);
    if (outcome === 'retry' && pause === undefined) options.onGiveUp(row);
    wake(0);
  };
  const send = async (row: DeliveryRow<Target>): Promise<void> => {
    underway.add(row.sequence);
    settle(row, await options.deliver(row).catch((): 'retry' => 'retry'));
  };
  const pump = (): void => {
    for (const row of rows.due([...underway], { nowMs: nowMs(), limit: MAX_UNDERWAY - underway.size }))
      void send(row);
    const next = underway.size < MAX_UNDERWAY ? rows.nextDue([...underway]) : undefined;
    if (next !== undefined) wake(Math.max(0, next - nowMs()));
  };
  return {
    add({ id, target, body, delaySeconds = 0 }) {
      rows.insert({ id, target, body, acceptedAt: nowMs(), dueAt: nowMs() + delaySeconds * 1000 });
      wake(0);
    },
    pending: rows.count,
    start() {
      isRunning = true;
      wake(0);
    },
    stop() {
      isRunning = false;
      clearTimeout(timer);
    },
    clear: rows.clear,
  };
}
