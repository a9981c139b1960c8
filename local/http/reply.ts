// Writes what an operation answered.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Call, Reply, ServiceError } from '../types.ts';

/** Sends a reply; a stream that breaks half-way breaks the connection, as a length was promised. */
export async function send(call: Call, reply: Reply): Promise<void> {
  const { response } = call;
  response.statusCode = reply.status;
  response.setHeader('opc-request-id', call.requestId);
  const clientId = call.header('opc-client-request-id');
  if (clientId !== undefined) response.setHeader('opc-client-request-id', clientId);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  const body = reply.body;
  if (body instanceof Readable) {
    if (call.request.method === 'HEAD') return void endEmpty(response, body);
    return pipeline(body, response);
  }
  sendWhole(call, bytesOf(response, body));
}

function sendWhole(call: Call, bytes: Buffer): void {
  const { response } = call;
  const isHead = call.request.method === 'HEAD';
  if (!response.hasHeader('content-length') && response.statusCode !== 204 && response.statusCode !== 304) {
    if (!isHead || bytes.length > 0) response.setHeader('content-length', bytes.length);
  }
  response.end(isHead ? undefined : bytes);
}

function bytesOf(response: ServerResponse, body: Exclude<Reply['body'], Readable>): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!response.hasHeader('content-type')) {
    response.setHeader('content-type', typeof body === 'string' ? 'text/plain' : 'application/json');
  }
  return Buffer.from(text);
}

function endEmpty(response: ServerResponse, body: Readable): void {
  body.destroy();
  response.end();
}

/** `{code, message}`; a HEAD carries none, so clients see only the status (facts A.3.7). */
export function errorReply(error: ServiceError): Reply {
  return { status: error.status, body: { code: error.code, message: error.message } };
}
