// HTTP/1.1: a few kept connections, one request at a time on each.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { textOf } from './answer-text.ts';
import type { Address, Connection, Outgoing, Sender } from './transport.ts';

/** A TLS handshake costs more than waiting for a turn. */
const SOCKETS = 12;

export function http1Sender({ tls }: Connection, { host, port, isPlain }: Address): Sender {
  const pool = { keepAlive: true, maxSockets: SOCKETS };
  const agent = isPlain ? new HttpAgent(pool) : new HttpsAgent({ ...pool, ...tls });
  const request = isPlain ? httpRequest : httpsRequest;
  return {
    send: async ({ body, ...outgoing }) => {
      const response = await answered(request({ ...outgoing, agent, host, port }), body);
      return {
        status: response.statusCode ?? 0,
        contentType: response.headers['content-type'] ?? '',
        warnings: response.headersDistinct.warning ?? [],
        text: await textOf(response),
      };
    },
    isUsable: () => true,
    close: () => agent.destroy(),
  };
}

function answered(request: ReturnType<typeof httpRequest>, body: Outgoing['body']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
    request.end(body);
  });
}
