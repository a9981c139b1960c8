// InvokeFunction: synchronous, or detached with 202 at once. For callers over HTTP and for services inside.
import { randomUUID } from 'node:crypto';
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import { errorReply } from '../../http/reply.ts';
import {
  type Call,
  type Invocation,
  type Region,
  type Route,
  ServiceError,
  type Wiring,
} from '../../types.ts';
import type { Detached, DetachedQueue } from './detached.ts';
import { invokeError } from './errors.ts';
import type { FunctionAnswer } from './http-stream.ts';
import { invokeFunction } from './invocation.ts';
import { targetOf } from './management.ts';
import type { Pool } from './pool.ts';
import { MAX_BODY_BYTES } from './settings.ts';
import type { UsageBook } from './usage.ts';

interface Inside {
  readonly region: Region;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly usage: UsageBook;
  readonly detached: DetachedQueue;
}

export interface Invocations {
  readonly route: Route;
  readonly invoke: Wiring['invoke'];
  /** Runs what was accepted by an earlier life of the region. */
  resume(): void;
  /** From now on, ends of detached calls are not noted: they run again at the next start. */
  close(): void;
}

export function invocations(inside: Inside): Invocations {
  const state = { isClosed: false };
  return {
    route: {
      operation: 'InvokeFunction',
      method: 'POST',
      path: '/20181201/functions/:id/actions/invoke',
      target: ({ params }) => targetOf(inside.region, poolOf(inside, params.id).definition.resource),
      handle: async (call) => {
        const isDetached = call.header('fn-invoke-type')?.toLowerCase() === 'detached';
        if (call.header('is-dry-run') === 'true') return { status: 200 };
        const headers = headersOf(call);
        const body = await call.bytes();
        return dispatch(inside, state, { functionId: call.params.id ?? '', body, headers, isDetached });
      },
    },
    invoke: (invocation) => invokeFromInside(inside, state, invocation),
    resume: () => {
      for (const open of inside.detached.open()) void runDetached(inside, state, open);
    },
    close: () => {
      state.isClosed = true;
    },
  };
}

/** A detached call waits for a free container as long as it takes; a day is more than any queue here. */
const DETACHED_WAIT_SECONDS = 24 * 3600;

type State = { isClosed: boolean };

/** Through IAM, as events and notifications do it; errors come as answers, in OCI's JSON. */
async function invokeFromInside(
  inside: Inside,
  state: State,
  invocation: Invocation,
): Promise<FunctionAnswer> {
  try {
    const target = targetOf(inside.region, poolOf(inside, invocation.functionId).definition.resource);
    if (!inside.region.wiring.isAllowed(invocation.by, 'InvokeFunction', target)) {
      throw notAuthorizedOrNotFound();
    }
    return await dispatch(inside, state, {
      functionId: invocation.functionId,
      body: invocation.body,
      headers: { ...invocation.headers },
      isDetached: invocation.detached,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { status, body } = errorReply(error);
    return {
      status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    };
  }
}

interface Dispatch {
  readonly functionId: string;
  readonly body: Buffer;
  readonly headers: Record<string, string>;
  readonly isDetached: boolean;
}

async function dispatch(inside: Inside, state: State, request: Dispatch): Promise<FunctionAnswer> {
  const pool = poolOf(inside, request.functionId);
  if (request.body.length > MAX_BODY_BYTES) throw invokeError('tooLarge');
  const callId = randomUUID();
  const { body, headers, functionId } = request;
  if (request.isDetached) {
    const detached = { callId, functionId, headers, body };
    inside.detached.accept(detached);
    void runDetached(inside, state, detached);
    return { status: 202, headers: { 'fn-call-id': callId }, body: Buffer.alloc(0) };
  }
  const { timeoutSeconds } = pool.definition;
  const call = { callId, body, headers, timeoutSeconds, waitSeconds: timeoutSeconds };
  const answer = await invokeFunction(pool, inside.usage, call);
  return { ...answer, headers: { ...answer.headers, 'fn-call-id': callId } };
}

/** Its answer goes nowhere; a failure is a line in the log. It is done when it ended, not when it was well. */
async function runDetached(inside: Inside, state: State, { callId, functionId, headers, body }: Detached) {
  const pool = inside.pools.get(functionId);
  if (pool === undefined) return;
  const { name, detachedTimeoutSeconds: timeoutSeconds } = pool.definition;
  const call = { callId, body, headers, timeoutSeconds, waitSeconds: DETACHED_WAIT_SECONDS };
  try {
    await invokeFunction(pool, inside.usage, call);
  } catch (error) {
    if (!state.isClosed) {
      inside.region.log('a detached invocation failed', { function: name, callId, error: String(error) });
    }
  }
  if (!state.isClosed) inside.detached.done(callId);
}

function poolOf(inside: Inside, id: string | undefined): Pool {
  const pool = inside.pools.get(id ?? '');
  if (pool === undefined) throw notAuthorizedOrNotFound();
  return pool;
}

function headersOf(call: Call): Record<string, string> {
  const names = Object.keys(call.request.headers);
  return Object.fromEntries(names.map((name) => [name, call.header(name) ?? '']));
}
