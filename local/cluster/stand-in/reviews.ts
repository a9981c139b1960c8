// Questions about the caller, answered and not stored.
import { randomUUID } from 'node:crypto';
import type { Fields } from '../object.ts';
import type { User } from './authentication.ts';

/** The answer to a review, or undefined for another resource. RBAC is left out, so access is always allowed. */
export function review(plural: string, given: Fields, { username, groups }: User): Fields | undefined {
  if (plural === 'selfsubjectaccessreviews') {
    const status = { allowed: true, reason: 'the stand-in does not evaluate RBAC' };
    return { ...given, kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', status };
  }
  if (plural !== 'selfsubjectreviews') return undefined;
  const status = { userInfo: { username, groups, uid: randomUUID() } };
  return { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status };
}
