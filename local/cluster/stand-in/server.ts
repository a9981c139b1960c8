// The stand-in as an HTTPS server.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Certificates } from '../certificates.ts';
import { fieldsOf } from '../object.ts';
import { type Api, findResource, resourcesOf } from './api.ts';
import { ApiError, noSuchResource } from './api-error.ts';
import { authenticate, type ReviewToken, type User } from './authentication.ts';
import { discovery, openApiDocument, openApiIndex } from './discovery.ts';
import { type ApiReply, type ApiRequest, handle, json } from './handling.ts';
import { proxyLog } from './pod-log.ts';
import { parseResourcePath, type ResourcePath } from './resource-path.ts';
import { review } from './reviews.ts';
import { selectionOf, watchObjects } from './watching.ts';

export interface ServerOptions {
  readonly api: Api;
  readonly certificates: Certificates;
  readonly review: ReviewToken | undefined;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The API server's limit on a request's body (apiserver: MaxRequestBodyBytes). */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** As long as Go's: the real API server keeps idle connections for about this long. */
const KEEP_ALIVE_MS = 90_000;
const openPaths = new Set(['/readyz', '/livez', '/healthz']);

export function createApiServer(options: ServerOptions): Server {
  const { ca, server } = options.certificates;
  const tls = {
    cert: server.cert,
    key: server.key,
    ca: ca.cert,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const api = createServer(tls, (request, response) => {
    void respond(options, { request, response }).catch((error: unknown) => fail(options, response, error));
  });
  api.keepAliveTimeout = KEEP_ALIVE_MS;
  return api;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function respond(options: ServerOptions, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const url = new URL(request.url ?? '/', 'https://localhost');
  if (openPaths.has(url.pathname)) return void response.end('ok');
  const user = await authenticate(request, options.review);
  const given = await readRequest(request, url);
  const path = parseResourcePath(url.pathname);
  if (path && isStream(path, given)) return stream(options, { path, given, response });
  const reply = path ? onResource(options.api, path, { given, user }) : onServer(options.api, url.pathname);
  send(response, reply);
}

function isStream(path: ResourcePath, { method, query }: ApiRequest): boolean {
  const isWatch = query.get('watch') === 'true' || query.get('watch') === '1';
  return method === 'GET' && (isWatch || path.subresource === 'log');
}

async function stream(
  { api, certificates }: ServerOptions,
  to: { path: ResourcePath; given: ApiRequest; response: ServerResponse },
): Promise<void> {
  const { path, given, response } = to;
  if (path.subresource === 'log') return proxyLog(api, certificates, { path, query: given.query, response });
  const resource = findResource(api, path);
  watchObjects(api, selectionOf({ resource, namespace: path.namespace, name: path.name }, given.query), {
    response,
    query: given.query,
  });
}

function onResource(
  api: Api,
  path: ResourcePath,
  { given, user }: { given: ApiRequest; user: User },
): ApiReply {
  const isReview = given.method === 'POST' && /^(authorization|authentication)\.k8s\.io$/.test(path.group);
  const answer = isReview ? review(path.plural, fieldsOf(json(given)), user) : undefined;
  return answer ? { status: 201, body: answer } : handle(api, path, given);
}

function onServer(api: Api, pathname: string): ApiReply {
  if (pathname === '/version')
    return {
      status: 200,
      body: { major: '1', minor: '34', gitVersion: 'v1.34.4+galley-stand-in', platform: 'stand-in' },
    };
  if (pathname === '/openapi/v3') return { status: 200, body: openApiIndex(resourcesOf(api)) };
  if (pathname.startsWith('/openapi/v3/'))
    return { status: 200, body: openApiDocument(pathname.slice('/openapi/v3/'.length), resourcesOf(api)) };
  if (/^\/apis?(\/|$)/.test(pathname)) return { status: 200, body: discovery(pathname, resourcesOf(api)) };
  throw noSuchResource();
}

async function readRequest(request: IncomingMessage, url: URL): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`;
      throw new ApiError({ code: 413, reason: 'RequestEntityTooLarge', message });
    }
    chunks.push(chunk);
  }
  const contentType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method ?? 'GET',
    query: url.searchParams,
    contentType,
    text,
    userAgent: request.headers['user-agent'] ?? '',
  };
}

function send(response: ServerResponse, { status, body }: ApiReply): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

function fail({ log }: ServerOptions, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const said = error instanceof ApiError ? error : brokenInside(error);
  if (said !== error) log('the stand-in failed on a request', { message: said.message });
  send(response, { status: said.code, body: said.toStatus() });
}

function brokenInside(error: unknown): ApiError {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ApiError({ code: 500, reason: 'InternalError', message });
}
