// The variables a policy condition may name (policyreference/General_Variables_for_All_Requests, and the
// variables of each service's page; those of Functions and of Run Command are known from the field only).
import { didYouMean } from './nearest.ts';

const KNOWN: ReadonlySet<string> = new Set(
  `request.user.id request.user.name request.user.mfaTotpVerified request.groups.id request.permission
  request.operation request.networkSource.name request.region request.ad request.service.name
  request.utc-timestamp request.utc-timestamp.month-of-year request.utc-timestamp.day-of-month
  request.utc-timestamp.day-of-week request.utc-timestamp.time-of-day
  request.principal.type request.principal.id request.principal.compartment.id
  request.principal.namespace request.principal.service_account request.principal.cluster_id
  request.instance.id request.instance.compartment.id request.includePlainTextKey
  target.compartment.id target.compartment.name target.workrequest.type
  target.bucket.name target.object.name target.function.id target.app.id target.instance.id target.image.id
  target.cluster.id target.nodepool.id target.repo.name
  target.secret.id target.secret.name target.vault.id target.key.id
  target.metrics.namespace target.loggroup.id
  target.user.id target.user.name target.group.id target.group.name target.group.member
  target.dynamicgroup.id target.dynamicgroup.name target.policy.id target.policy.name target.policy.type
  target.domain.id target.domain.name target.tag-namespace.id target.tag-namespace.name target.credential.type`.split(
    /\s+/,
  ),
);

/** `….tag.<namespace>.<key>`: of the target, its compartment, the caller's groups or compartment. */
const TAG =
  /^(target\.bucket|target\.resource(\.compartment)?|request\.principal\.(group|compartment))\.tag\.[^.]+\.[^.]+$/i;

const byLowerCase = new Map([...KNOWN].map((name) => [name.toLowerCase(), name]));

/** The variable as documented, whatever case it was written in; undefined when there is none. */
export function knownVariable(word: string): string | undefined {
  return byLowerCase.get(word.toLowerCase()) ?? (TAG.test(word) ? word : undefined);
}

export function nearestVariable(word: string): string {
  return didYouMean(word, KNOWN);
}

/** Where a `*` in a quoted text is documented as a wildcard (facts: iam 1.4); elsewhere it is a star. */
export function takesStars(variable: string): boolean {
  return variable === 'target.object.name' || TAG.test(variable);
}
