// Dynamic groups and policies: judged by the parser of the local region, which speaks OCI's grammar.
import { parseMatchingRule } from '../../../local/services/identity/policy/matching-rule.ts';
import { parseStatement } from '../../../local/services/identity/policy/statement.ts';
import { holds, matches } from './checks.ts';
import type { Known } from './paths.ts';
import type { Rule } from './refusals.ts';
import type { ObjectValue } from './values.ts';

const name = matches(/^[A-Za-z0-9._-]{1,100}$/, 'up to 100 letters, digits, dots, hyphens and underscores');
const inTenancy = matches(/^ocid1\.tenancy\./, 'the OCID of the tenancy: dynamic groups live nowhere else');

/** A policy reaches its own compartment and what is below it. */
function statement(value: Known, { compartment_id }: ObjectValue): string | undefined {
  const parsed = attempt(() => parseStatement(String(value)));
  if (typeof parsed === 'string') return `${parsed} In: ${String(value)}`;
  const isRoot = String(compartment_id).startsWith('ocid1.tenancy.');
  return parsed.location.kind === 'tenancy' && !isRoot
    ? `"in tenancy" is not in the policy's compartment. In: ${String(value)}`
    : undefined;
}

function matchingRule(value: Known): string | undefined {
  const parsed = attempt(() => parseMatchingRule(String(value)));
  return typeof parsed === 'string' ? `${parsed} In: ${String(value)}` : undefined;
}

function attempt<Result extends object>(parse: () => Result): Result | string {
  try {
    return parse();
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

export const IAM_RULES: readonly Rule[] = [
  { type: 'oci_identity_dynamic_group', at: 'name', check: name },
  { type: 'oci_identity_dynamic_group', at: 'compartment_id', check: inTenancy },
  { type: 'oci_identity_dynamic_group', at: 'matching_rule', check: matchingRule },
  { type: 'oci_identity_policy', at: 'name', check: name },
  // 50 in a policy (General/Concepts/servicelimits).
  { type: 'oci_identity_policy', at: 'statements', check: holds(1, 50) },
  { type: 'oci_identity_policy', at: 'statements[]', check: statement },
];
