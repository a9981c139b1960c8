// One HTTP request as the operations see it.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Call, type Principal, ServiceError } from '../types.ts';
import { cannotParseRequest } from './errors.ts';

/** Largest body held in memory. Object bodies are streamed; the largest other one is an invocation (6 MB on OCI). */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** `principal` is set once the signature is verified. */
export type OpenCall = { -readonly [Key in keyof Call]: Call[Key] };

export function createCall(exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  params: Record<string, string | undefined>;
}): OpenCall {
  const { request, response } = exchange;
  let read: Promise<Buffer> | undefined;
  const bytes = (): Promise<Buffer> => {
    read ??= readBody(request);
    return read;
  };
  return {
    request,
    response,
    params: Object.fromEntries(Object.entries(exchange.params).map(([name, value]) => [name, value ?? ''])),
    query: queryOf(request.url ?? '/'),
    requestId: requestId(request.headers['opc-request-id']),
    principal: undefined,
    header: (name) => headerOf(request, name),
    bytes,
    json: async () => parseJson(await bytes()),
  };
}

/** Node joins repeated headers; only `set-cookie` is a list, and no request carries it. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
}

/** OCI answers `<client's id>/<its own>/<its own>`, and its own id alone when the client sent none. */
function requestId(fromClient: string | string[] | undefined): string {
  const own = (): string => randomBytes(16).toString('hex').toUpperCase();
  return typeof fromClient === 'string' && fromClient !== '' ? `${fromClient}/${own()}/${own()}` : own();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new ServiceError(413, 'PayloadTooLarge', `The body is larger than ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw cannotParseRequest(`Incorrectly formatted request. The body is not JSON: ${detail}`);
  }
}

/** The same call, with its signer. */
export function signedBy(call: OpenCall, principal: Principal): OpenCall {
  call.principal = principal;
  return call;
}
