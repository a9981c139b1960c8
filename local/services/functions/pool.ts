// The containers of one function: a call takes an idle one, or starts one, or waits.
import type { FunctionDefinition } from './definitions.ts';
import { invokeError } from './errors.ts';
import { destroyWorker, freeze, type Inside, startWorker, thaw, type Worker } from './worker.ts';

/** Told that there may be a worker or room for one. */
type Waiter = { look(): void };

interface Idle {
  readonly worker: Worker;
  readonly timers: readonly NodeJS.Timeout[];
}

export interface Pool {
  readonly inside: Inside;
  readonly definition: FunctionDefinition;
  /** Started and starting. */
  count: number;
  readonly all: Set<Worker>;
  readonly starting: Set<Promise<Worker>>;
  /** The most recently used is last, and taken first: the others may be removed. */
  readonly idle: Idle[];
  readonly waiting: Waiter[];
  isClosed: boolean;
  /** Not yet in the usage book. */
  coldStarts: number;
}

export function createPool(inside: Inside, definition: FunctionDefinition): Pool {
  return {
    inside,
    definition,
    count: 0,
    all: new Set(),
    starting: new Set(),
    idle: [],
    waiting: [],
    isClosed: false,
    coldStarts: 0,
  };
}

/** A worker for one call; give it back with `release`. Throws `busy` when none is free in time, or a cold start's error. */
export async function acquire(pool: Pool, call: { callId: string; waitSeconds: number }): Promise<Worker> {
  const giveUp = Date.now() + call.waitSeconds * 1000;
  for (;;) {
    if (pool.isClosed) throw invokeError('busy');
    const idle = pool.idle.pop();
    if (idle !== undefined) {
      idle.timers.forEach(clearTimeout);
      if (idle.worker.isGone) continue;
      idle.worker.callId = call.callId;
      await thaw(idle.worker);
      return idle.worker;
    }
    if (pool.count < pool.inside.settings.containers) return coldStart(pool, call.callId);
    if (!(await turn(pool, giveUp))) throw invokeError('busy');
  }
}

function coldStart(pool: Pool, callId: string): Promise<Worker> {
  const starting = startCold(pool, callId);
  pool.starting.add(starting);
  return starting.finally(() => pool.starting.delete(starting));
}

async function startCold(pool: Pool, callId: string): Promise<Worker> {
  pool.count += 1;
  pool.coldStarts += 1;
  const isCanceled = (): boolean => pool.isClosed;
  try {
    const worker = await startWorker(pool.inside, pool.definition, { callId, isCanceled });
    if (pool.isClosed) {
      await destroyWorker(worker);
      throw invokeError('busy');
    }
    pool.all.add(worker);
    void worker.container.exited.then(() => forget(pool, worker));
    return worker;
  } catch (error) {
    pool.count -= 1;
    pool.waiting.shift()?.look();
    throw error;
  }
}

/** Waits until somebody gives a worker back; false when `giveUp` came first. */
function turn(pool: Pool, giveUp: number): Promise<boolean> {
  return new Promise((resolve) => {
    const leave = (came: boolean): void => {
      clearTimeout(timer);
      const place = pool.waiting.indexOf(waiter);
      if (place >= 0) pool.waiting.splice(place, 1);
      resolve(came);
    };
    const waiter: Waiter = { look: () => leave(true) };
    const timer = setTimeout(() => leave(false), Math.max(0, giveUp - Date.now()));
    pool.waiting.push(waiter);
  });
}

/** Gives a worker back: it waits frozen for its next call, until it was idle too long. */
export function release(pool: Pool, worker: Worker): void {
  if (worker.isGone || pool.isClosed) return void discard(pool, worker);
  const { freezeSeconds, idleSeconds } = pool.inside.settings;
  const remove = (): void => {
    const place = pool.idle.findIndex((one) => one.worker === worker);
    if (place >= 0) pool.idle.splice(place, 1);
    void discard(pool, worker);
  };
  const timers = [
    setTimeout(() => freeze(worker), freezeSeconds * 1000),
    setTimeout(remove, idleSeconds * 1000),
  ];
  pool.idle.push({ worker, timers });
  pool.waiting.shift()?.look();
}

/** Ends a worker that must not serve again. */
export async function discard(pool: Pool, worker: Worker): Promise<void> {
  await destroyWorker(worker).catch((error: unknown) =>
    pool.inside.region.log('a container of a function could not be removed', { error: String(error) }),
  );
  forget(pool, worker);
}

function forget(pool: Pool, worker: Worker): void {
  if (!pool.all.delete(worker)) return;
  pool.count -= 1;
  const place = pool.idle.findIndex((one) => one.worker === worker);
  if (place >= 0) pool.idle.splice(place, 1)[0]?.timers.forEach(clearTimeout);
  void destroyWorker(worker).catch(() => undefined);
  pool.waiting.shift()?.look();
}

/** Kills all containers of the function now, whatever they do; answers how many. */
export async function killAll(pool: Pool): Promise<number> {
  const workers = [...pool.all];
  await Promise.all(workers.map((worker) => discard(pool, worker)));
  return workers.length;
}

/** Kills all containers and refuses calls from now on. */
export async function closePool(pool: Pool): Promise<void> {
  pool.isClosed = true;
  for (const waiter of [...pool.waiting]) waiter.look();
  // A cold start sees that the pool is closed, and removes what it made.
  await Promise.allSettled(pool.starting);
  await killAll(pool);
}
