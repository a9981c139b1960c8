// One port for all services: find the operation, verify who calls, ask IAM, run it, answer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import Router from 'find-my-way';
import {
  type Call,
  type Principal,
  type Region,
  type Reply,
  type Route,
  type Service,
  ServiceError,
} from '../types.ts';
import { createCall, type OpenCall, signedBy } from './call.ts';
import { cannotParseRequest, notAuthenticated, notAuthorizedOrNotFound } from './errors.ts';
import { DroppedReply, discard, faultsAfter, faultsBefore } from './fault-play.ts';
import { errorReply, send } from './reply.ts';
import { checkBodyHash, parseAuthorization, requireBodySigned } from './signature.ts';
import type { Tally } from './tally.ts';

/** Signed without the body: it is streamed, and the SDKs leave its headers out (facts A.1). */
const BODY_NOT_SIGNED: ReadonlySet<string> = new Set(['PutObject', 'UploadPart']);
/** Object names have 1024 characters, each up to 9 when percent-encoded as UTF-8; find-my-way stops at 100. */
const MAX_PARAMETER_LENGTH = 10 * 1024;

type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  params: Record<string, string | undefined>;
};

/** A route that says when a signed call reached it. */
interface Counted extends Route {
  count(isPerson: boolean): void;
}

interface Behind {
  readonly services: readonly Service[];
  readonly tally: Tally;
}

/** The server of a region, not listening yet. */
export function createRegionServer(region: Region, { services, tally }: Behind): Server {
  const answer = (exchange: Exchange, route: Counted | ServiceError): void => {
    void respond(region, createCall(exchange), route);
  };
  const router = Router({
    maxParamLength: MAX_PARAMETER_LENGTH,
    defaultRoute: (request, response) => answer({ request, response, params: {} }, noOperation(request)),
    onBadUrl: (_path, request, response) =>
      answer(
        { request, response, params: {} },
        cannotParseRequest('The path is not valid percent-encoding.'),
      ),
  });
  for (const { name, routes } of services) {
    for (const route of routes) {
      const counted = {
        ...route,
        count: (isPerson: boolean) => tally.count(name, route.operation, isPerson),
      };
      router.on(route.method, route.path, (request, response, params) =>
        answer({ request, response, params }, counted),
      );
    }
  }
  const server = createServer((request, response) => router.lookup(request, response));
  // A function may hold its connection between two calls of a minute's clock.
  server.keepAliveTimeout = 75_000;
  return server;
}

function noOperation({ method, url }: IncomingMessage): ServiceError {
  const path = (url ?? '/').split('?', 1)[0];
  return new ServiceError(404, 'NotFound', `The local region plays no operation at ${method} ${path}.`);
}

/** The one place where a failed operation becomes an answer; nothing escapes, so no reset client ends the process. */
async function respond(region: Region, call: OpenCall, route: Counted | ServiceError): Promise<void> {
  try {
    await send(call, await run(region, call, route));
  } catch (error) {
    if (error instanceof DroppedReply) return;
    if (call.response.headersSent || call.response.destroyed) {
      call.response.destroy();
      return;
    }
    await send(call, errorReply(asServiceError(region, call, error))).catch(() => call.response.destroy());
  }
}

function asServiceError(region: Region, call: Call, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const stack = error instanceof Error ? error.stack : String(error);
  region.log('an operation of the local region broke', {
    method: call.request.method,
    url: call.request.url,
    stack,
  });
  return new ServiceError(500, 'InternalServerError', 'Internal Server Error');
}

async function run(region: Region, call: OpenCall, route: Counted | ServiceError): Promise<Reply> {
  if (route instanceof ServiceError) throw route;
  const auth = route.auth ?? 'signed';
  const principal = auth === 'none' ? undefined : await verified(region, call, route);
  if (principal !== undefined) route.count(principal.kind === 'user');
  const known = principal === undefined ? call : signedBy(call, principal);
  await faultsBefore(region.faults, route, known);
  if (auth === 'signed' && principal !== undefined) await allow(region, known, { route, principal });
  const reply = await route.handle(known);
  try {
    faultsAfter(region.faults, route, known);
  } catch (fault) {
    discard(reply);
    throw fault;
  }
  return reply;
}

async function verified(region: Region, call: OpenCall, route: Route): Promise<Principal> {
  const url = call.request.url ?? '/';
  const headers: Record<string, string> = {};
  for (const name of Object.keys(call.request.headers)) headers[name] = call.header(name) ?? '';
  refuseEncodedSlash(url, headers['user-agent']);
  const principal = region.wiring.verifySigned({ method: route.method, url, headers });
  if (['POST', 'PUT'].includes(route.method) && !BODY_NOT_SIGNED.has(route.operation)) {
    requireBodySigned(parseAuthorization(headers.authorization));
    checkBodyHash(await call.bytes(), headers['x-content-sha256']);
  }
  return principal;
}

/**
 * Object Storage answers 401 to `prefix=a%2Fb` and 200 to `prefix=a/b` (observed live, facts A.1). Oracle's
 * Python SDK, hence the `oci` command, always encodes the slash and is served all the same.
 */
function refuseEncodedSlash(url: string, userAgent = ''): void {
  const query = url.slice(url.indexOf('?') + 1);
  if (!url.includes('?') || !url.startsWith('/n/') || userAgent.includes('Python')) return;
  if (/%2f/i.test(query)) throw notAuthenticated();
}

async function allow(region: Region, call: Call, by: { route: Route; principal: Principal }): Promise<void> {
  const { route, principal } = by;
  const target = await route.target?.(call);
  if (region.wiring.isAllowed(principal, route.operation, target)) return;
  throw route.denied?.(call) ?? notAuthorizedOrNotFound();
}
