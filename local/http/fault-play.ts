// The faults that any operation can have, played around its handler.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, type Faults, type Reply, type Route, ServiceError } from '../types.ts';
import { notAuthenticated, notAuthorizedOrNotFound } from './errors.ts';

/** Says that the connection was reset on purpose: there is nobody to answer. */
export class DroppedReply extends Error {
  override readonly name = 'DroppedReply';
}

/** What faults at an operation may match: its name, and its name with the decoded path. */
function place(route: Route, call: Call): string {
  const path = (call.request.url ?? '/').split('?', 1)[0] ?? '/';
  return `${route.operation} ${decodeURIComponent(path)}`;
}

/** Plays what comes before the operation. Throws the planted error. */
export async function faultsBefore(faults: Faults, route: Route, call: Call): Promise<void> {
  const where = place(route, call);
  const delay = faults.take('delay', where);
  if (delay) await sleep(delay.value * 1000);
  if (faults.take('unauthenticated', where)) throw notAuthenticated();
  if (faults.take('throttle', where)) {
    throw new ServiceError(429, 'TooManyRequests', 'Too many requests for the tenant.');
  }
  if (faults.take('not-found', where)) throw spuriousNotFound(call);
  const error = faults.take('error-before', where);
  if (error) throw plantedError(error);
}

/** Plays what comes after the operation has had its effect. */
export function faultsAfter(faults: Faults, route: Route, call: Call): void {
  const where = place(route, call);
  const error = faults.take('error-after', where);
  if (error) throw plantedError(error);
  if (faults.take('drop-reply', where)) {
    call.request.socket.destroy();
    throw new DroppedReply('The reply was dropped by a fault.');
  }
}

function plantedError({ value, text }: { value: number; text: string }): ServiceError {
  const status = value || 503;
  const code = text || (status === 500 ? 'InternalServerError' : 'ServiceUnavailable');
  return new ServiceError(status, code, 'This error was planted as a fault of the local region.');
}

/** Seen on valid requests of one tenancy (facts A.6): the same words as a real denial. */
function spuriousNotFound({ params }: Call): ServiceError {
  if (params.bucket === undefined) return notAuthorizedOrNotFound();
  const message = `Either the bucket named '${params.bucket}' does not exist in the namespace '${params.namespace}' or you are not authorized to access it`;
  return new ServiceError(404, 'BucketNotFound', message);
}

/** Ends a stream nobody will read. */
export function discard(reply: Reply): void {
  if (reply.body !== undefined && typeof reply.body === 'object' && 'destroy' in reply.body) {
    if (typeof reply.body.destroy === 'function') reply.body.destroy();
  }
}
