// One call to a function over its Unix socket: Fn's http-stream format (facts F.1).
import { request } from 'node:http';
import { invokeError } from './errors.ts';
import { MAX_BODY_BYTES } from './settings.ts';

export interface FunctionCall {
  readonly callId: string;
  readonly deadline: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FunctionAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Of one connection, or of the signed call to OCI, and so not the function's business. */
const NOT_PASSED_ON = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade'],
  ...['transfer-encoding', 'content-length', 'expect', 'host'],
  ...['authorization', 'date', 'x-date', 'x-content-sha256', 'fn-invoke-type', 'is-dry-run'],
]);

/**
 * Posts one call and reads the whole answer. Every call has a connection of its own: one left open would be
 * closed by the FDK's keep-alive timer at the moment the container thaws. Throws invokeError `broken` when the
 * connection ends early, `responseTooLarge` beyond 6 MB.
 */
export function callFunction(socket: string, call: FunctionCall): Promise<FunctionAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...passedOn(call.headers),
      'fn-call-id': call.callId,
      // RFC 3339 in whole seconds.
      'fn-deadline': call.deadline.toISOString().replace(/\.\d+Z$/, 'Z'),
      'content-length': `${call.body.length}`,
    };
    const sent = request(
      { socketPath: socket, path: '/call', method: 'POST', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_BODY_BYTES) return void chunks.push(chunk);
          reject(invokeError('responseTooLarge'));
          response.destroy();
        });
        response.on('error', () => reject(invokeError('broken')));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: passedOn(response.headers),
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.on('error', () => reject(invokeError('broken')));
    sent.end(call.body);
  });
}

function passedOn(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || NOT_PASSED_ON.has(name.toLowerCase()) ? [] : [[name.toLowerCase(), `${value}`]],
  );
  return Object.fromEntries(entries);
}
