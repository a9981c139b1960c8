// What the three functions have in common as Fn functions: bytes in, an object out, errors told to the log.
import type { Context } from '@fnproject/fdk';
import { messageOf, PipelineError } from './errors.ts';
import { jsonLog, type Log } from './log.ts';

export interface FnCall {
  readonly callId: string;
  /** The handler must be back by then. */
  readonly until: Date;
}

export interface Prepared {
  /** @param input the body as JSON; its text when it is none, undefined when it is empty */
  answer(input: unknown, call: FnCall): Promise<object>;
}

/** Left for the last calls and the answer; Fn kills a container that is late. */
const MARGIN_MS = 12_000;
/** OCI's default timeout, for a platform that names no deadline. */
const DEFAULT_MS = 30_000;

/**
 * A handler for the FDK's buffer mode: its JSON mode breaks characters that lie across chunks (facts F.2).
 * @param prepare loads and wires everything, once: begun as soon as the socket is up, so that being ready to listen
 *   does not wait for it, and the first call finds it under way
 */
export function fnHandler(name: string, prepare: (log: Log) => Promise<Prepared>) {
  const log = jsonLog({ function: name });
  let prepared: Promise<Prepared> | undefined;
  const ready = (): Promise<Prepared> => {
    prepared ??= prepare(log);
    return prepared;
  };
  setImmediate(() => ready().catch((error: unknown) => log('the function cannot start', describe(error))));
  return async (body: Buffer, { callID, deadline }: Context): Promise<object> => {
    try {
      const { answer } = await ready();
      return await answer(parse(body), { callId: callID, until: untilOf(deadline) });
    } catch (error) {
      log('the call failed', { call: callID, ...describe(error) });
      throw error;
    }
  };
}

function untilOf(deadline: Date | null): Date {
  const end = deadline?.getTime() ?? Date.now() + DEFAULT_MS;
  return new Date(end - MARGIN_MS);
}

function parse(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof PipelineError)) return { error: messageOf(error) };
  const { message, hint, reason, retry } = error;
  return { error: message, hint, reason, retry };
}
