// The least of OCI that a function can run against where nothing else is at hand (in an image's build): objects in
// memory with their conditions, one upload, commands that nobody fetches. No signature is looked at.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ToyRegion {
  readonly endpoint: string;
  stop(): Promise<void>;
}

interface StoredObject {
  readonly eTag: string;
  readonly metadata: Record<string, string>;
  readonly body: Buffer;
}

/** The upload there is. */
export interface ToyUpload {
  readonly object: string;
  readonly eTag: string;
  readonly tarball: Buffer;
}

export async function startToyRegion(upload: ToyUpload): Promise<ToyRegion> {
  const objects = new Map<string, StoredObject>([
    [upload.object, { eTag: upload.eTag, metadata: {}, body: upload.tarball }],
  ]);
  const server = createServer(async (request, response) => {
    const {
      status,
      headers = {},
      body = '',
    } = answer(request, { body: await text(request), objects, upload });
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface State {
  readonly objects: Map<string, StoredObject>;
  readonly upload: ToyUpload;
}

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

function answer(
  { method, url = '/', headers }: IncomingMessage,
  { body, ...state }: State & { body: string },
): Reply {
  const { pathname, searchParams } = new URL(url, 'http://toy');
  const object = /^\/n\/[^/]+\/b\/[^/]+\/o\/(.+)$/.exec(pathname)?.[1];
  if (object !== undefined) {
    const call = { method: method ?? '', headers: strings(headers), body, name: decodeURIComponent(object) };
    return isOutrun(call, state) ? refusal(412, 'IfMatchFailed') : objectReply(call, state);
  }
  if (pathname.endsWith('/o')) return json(200, { objects: listed(state, searchParams.get('prefix') ?? '') });
  if (pathname.endsWith('/objectversions')) return json(200, { items: [versionOf(state.upload)] });
  if (method === 'POST') return json(200, { id: 'ocid1.instanceagentcommand.oc1..toy' });
  return pathname.endsWith('/instanceAgentCommands')
    ? json(200, [])
    : refusal(404, 'NotAuthorizedOrNotFound');
}

function listed({ objects }: State, prefix: string): { name: string }[] {
  return [...objects.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name }));
}

function versionOf({ object, eTag, tarball }: ToyUpload): object {
  return { name: object, etag: eTag, size: tarball.length, timeModified: '2026-01-01T00:00:00.000Z' };
}

interface ObjectCall {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly name: string;
}

function isOutrun({ headers, name }: ObjectCall, { objects }: State): boolean {
  const { 'if-none-match': none, 'if-match': match } = headers;
  if (none === '*') return objects.has(name);
  return match !== undefined && match !== objects.get(name)?.eTag;
}

function objectReply({ method, headers, body, name }: ObjectCall, { objects }: State): Reply {
  if (method === 'PUT') {
    const metadata = Object.entries(headers).filter(([key]) => key.startsWith('opc-meta-'));
    const eTag = randomUUID();
    objects.set(name, { eTag, metadata: Object.fromEntries(metadata), body: Buffer.from(body) });
    return { status: 200, headers: { etag: eTag } };
  }
  const found = objects.get(name);
  if (found === undefined) return refusal(404, 'ObjectNotFound');
  if (method === 'DELETE') objects.delete(name);
  return method === 'DELETE'
    ? { status: 204 }
    : { status: 200, headers: { etag: found.eTag, ...found.metadata }, body: found.body };
}

function strings(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]));
}

function refusal(status: number, code: string): Reply {
  return json(status, { code, message: 'Not in this toy.' });
}

function json(status: number, body: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
