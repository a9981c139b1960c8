// Questions about who may do what, answered and not stored.
import { randomUUID } from 'node:crypto';
import type { Fields } from '../object.ts';
import type { User } from './authentication.ts';

const ACCESS: Readonly<Record<string, string>> = {
  selfsubjectaccessreviews: 'SelfSubjectAccessReview',
  subjectaccessreviews: 'SubjectAccessReview',
};

/** The answer to a review, or undefined for another resource. RBAC is left out, so access is always allowed. */
export function review(plural: string, given: Fields, { username, groups }: User): Fields | undefined {
  const kind = ACCESS[plural];
  if (kind !== undefined) {
    const status = { allowed: true, reason: 'the stand-in does not evaluate RBAC' };
    return { ...given, kind, apiVersion: 'authorization.k8s.io/v1', status };
  }
  if (plural !== 'selfsubjectreviews') return undefined;
  const status = { userInfo: { username, groups, uid: randomUUID() } };
  return { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status };
}
