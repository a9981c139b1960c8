// Who calls: a client certificate of the cluster's authority, or a bearer token that a review accepts.
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { ApiError } from './api-error.ts';

export interface User {
  readonly username: string;
  readonly groups: readonly string[];
}

/** Answers who a token belongs to, or undefined when it is not accepted. */
export type ReviewToken = (token: string) => Promise<User | undefined>;

/** Throws 401 `Unauthorized`. */
export async function authenticate(request: IncomingMessage, review: ReviewToken | undefined): Promise<User> {
  const user = byCertificate(request) ?? (await byToken(request, review));
  if (user) return impersonated(request, user);
  throw new ApiError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

/** An admin may act as somebody else, by the headers of impersonation; from anybody else they mean nothing. */
function impersonated(request: IncomingMessage, user: User): User {
  const username = request.headers['impersonate-user'];
  if (typeof username !== 'string' || !user.groups.includes('system:masters')) return user;
  const groups = request.headersDistinct['impersonate-group'] ?? [];
  return { username, groups };
}

function byCertificate({ socket }: IncomingMessage): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject = socket.getPeerCertificate().subject;
  const { CN: username, O: organizations = [] } = subject ?? {};
  if (typeof username !== 'string') return undefined;
  return { username, groups: [organizations, 'system:authenticated'].flat() };
}

async function byToken(request: IncomingMessage, review: ReviewToken | undefined): Promise<User | undefined> {
  const token = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const user = token === undefined ? undefined : await review?.(token);
  return user && { ...user, groups: [...user.groups, 'system:authenticated'] };
}

/** Reviews tokens where the API server's webhook would: by posting a TokenReview. */
export function webhookReview(url: string): ReviewToken {
  return async (token) => {
    const body = JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { status } = (await answer.json()) as {
      status?: { authenticated?: boolean; user?: Partial<User> };
    };
    if (!answer.ok || status?.authenticated !== true) return undefined;
    return { username: status.user?.username ?? '', groups: status.user?.groups ?? [] };
  };
}
