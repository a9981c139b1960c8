// Node's answers as much in the shape of fetch's as the SDK's generated clients use.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

/** The answer to a request of `method`; its `body` is Node's own stream, absent when empty. */
export async function responseOf(message: IncomingMessage, method: string): Promise<Response> {
  const { statusCode: status = 0, statusMessage: statusText = '', headers } = message;
  const isEmpty = method === 'HEAD' || status === 204 || headers['content-length'] === '0';
  // An unread message keeps its socket from the pool, and the clients do not read empty ones.
  if (isEmpty) await once(message.resume(), 'end');
  const body = isEmpty ? undefined : message;
  const text = async () => (body === undefined ? '' : textOf(body));
  const response = {
    status,
    statusText,
    ok: status >= 200 && status < 300,
    headers: {
      get: (name: string) => single(headers[name.toLowerCase()]) ?? null,
      forEach: (visit: (value: string, name: string) => void) => {
        for (const [name, value] of Object.entries(headers)) visit(single(value) ?? '', name);
      },
    },
    body,
    text,
    json: async () => JSON.parse(await text()) as unknown,
  };
  return response as unknown as Response;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
