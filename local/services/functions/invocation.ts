// One invocation from its worker to its answer: deadline, faults, and what Fn makes of each status (facts F.1).
import { ServiceError } from '../../types.ts';
import { loadCredentials } from './credentials.ts';
import { invokeError } from './errors.ts';
import { callFunction, type FunctionAnswer } from './http-stream.ts';
import { acquire, discard, type Pool, release } from './pool.ts';
import type { UsageBook } from './usage.ts';
import type { Worker } from './worker.ts';

export interface Request {
  readonly callId: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the function may run; it is killed then. */
  readonly timeoutSeconds: number;
  /** How long the call may wait for a container to be free. */
  readonly waitSeconds: number;
}

/** Runs one call and answers what the function answered with 200. Throws the ServiceError of everything else. */
export async function invokeFunction(
  pool: Pool,
  usage: UsageBook,
  request: Request,
): Promise<FunctionAnswer> {
  let runSeconds = 0;
  let failed = true;
  try {
    const worker = await acquire(pool, request);
    const started = performance.now();
    try {
      const answer = await callWorker(pool, worker, request);
      failed = false;
      return answer;
    } finally {
      runSeconds = (performance.now() - started) / 1000;
    }
  } finally {
    const { coldStarts } = pool;
    pool.coldStarts = 0;
    usage.add(pool.definition.name, {
      failed,
      coldStarts,
      gbSeconds: (runSeconds * pool.definition.memoryMb) / 1024,
    });
  }
}

async function callWorker(pool: Pool, worker: Worker, request: Request): Promise<FunctionAnswer> {
  const { region } = pool.inside;
  if (region.now().getTime() > worker.freshUntil) {
    worker.freshUntil = await loadCredentials(region, pool.definition.id, worker.directory);
  }
  const fault = region.faults.take('function-killed', pool.definition.name);
  const killer = fault && setTimeout(() => void discard(pool, worker), fault.value * 1000);
  try {
    const answer = await untilDeadline(worker, request);
    if (answer.status !== 200) throw invokeError(FAILURE_OF[answer.status] ?? 'invalidResponse');
    release(pool, worker);
    return answer;
  } catch (error) {
    if (error instanceof ServiceError && isHarmless(error)) release(pool, worker);
    else await discard(pool, worker);
    throw error;
  } finally {
    clearTimeout(killer);
  }
}

/** A status of the function that is not 200; any other one is an invalid response. */
const FAILURE_OF: Readonly<Record<number, 'failed' | 'timeout'>> = { 502: 'failed', 504: 'timeout' };

/** Only a function that said itself that it failed keeps its container. */
function isHarmless(error: ServiceError): boolean {
  return error.code === invokeError('failed').code;
}

/** Fn counts from the moment the container is ready: a cold start costs no time of the call. */
async function untilDeadline(worker: Worker, request: Request): Promise<FunctionAnswer> {
  const deadline = new Date(Date.now() + request.timeoutSeconds * 1000);
  const timer: { stop: () => void } = { stop: () => undefined };
  const late = new Promise<never>((_, reject) => {
    const id = setTimeout(() => reject(invokeError('timeout')), request.timeoutSeconds * 1000);
    timer.stop = () => clearTimeout(id);
  });
  const ended = worker.container.exited.then(() => Promise.reject(invokeError('broken')));
  ended.catch(() => undefined);
  try {
    return await Promise.race([callFunction(worker.directory.socket, { ...request, deadline }), late, ended]);
  } finally {
    timer.stop();
  }
}
