// Deliveries that survive a kill: kept in the database until they are done, tried again until they are too old.
import { type DeliveryRow, type DeliveryRows, deliveryRows } from './outbox-rows.ts';
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
  const nowMs = (): number => region.now().getTime();
  const pump = createPump({ rows, options, nowMs });
  return {
    add({ id, target, body, delaySeconds = 0 }) {
      const acceptedAt = nowMs();
      rows.insert({ id, target, body, acceptedAt, dueAt: acceptedAt + delaySeconds * 1000 });
      pump.wake(0);
    },
    pending: rows.count,
    start: pump.start,
    stop: pump.stop,
    clear: rows.clear,
  };
}

interface Inside<Target> {
  readonly rows: DeliveryRows<Target>;
  readonly options: OutboxOptions<Target>;
  readonly nowMs: () => number;
}

/** Sends what is due, and sleeps until the next is. */
function createPump<Target>(inside: Inside<Target>) {
  const { rows, nowMs } = inside;
  const underway = new Set<number>();
  const state: { isRunning: boolean; timer?: NodeJS.Timeout } = { isRunning: false };
  const wake = (inMs: number): void => {
    if (!state.isRunning) return;
    clearTimeout(state.timer);
    state.timer = setTimeout(pump, Math.min(inMs, MAX_SLEEP_MS));
  };
  const send = async (row: DeliveryRow<Target>): Promise<void> => {
    underway.add(row.sequence);
    const outcome = await inside.options.deliver(row).catch((): 'retry' => 'retry');
    underway.delete(row.sequence);
    if (!state.isRunning) return;
    settle(inside, row, outcome);
    wake(0);
  };
  const pump = (): void => {
    const free = MAX_UNDERWAY - underway.size;
    for (const row of rows.due([...underway], { nowMs: nowMs(), limit: free })) void send(row);
    const next = underway.size < MAX_UNDERWAY ? rows.nextDue([...underway]) : undefined;
    if (next !== undefined) wake(Math.max(0, next - nowMs()));
  };
  const start = (): void => {
    state.isRunning = true;
    wake(0);
  };
  const stop = (): void => {
    state.isRunning = false;
    clearTimeout(state.timer);
  };
  return { wake, start, stop };
}

function settle<Target>(
  { rows, options, nowMs }: Inside<Target>,
  row: DeliveryRow<Target>,
  outcome: 'done' | 'retry',
): void {
  const ageSeconds = (nowMs() - row.acceptedAt) / 1000;
  const pause = outcome === 'done' ? undefined : options.retryAfter(row, ageSeconds);
  if (pause === undefined) rows.remove(row.sequence);
  else rows.postpone(row.sequence, nowMs() + pause * 1000);
  if (outcome === 'retry' && pause === undefined) options.onGiveUp(row);
}
