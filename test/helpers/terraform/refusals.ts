// What the real provider or OCI would refuse. `terraform validate` catches little of it: without this, a bad value is
// found at apply, half way through a deployment.

import { type Path, places } from './paths.ts';
import { DATA_RULES } from './rules-data.ts';
import { IAM_RULES } from './rules-iam.ts';
import { PLATFORM_RULES } from './rules-platform.ts';
import type { ObjectValue, Value } from './values.ts';
import { wrongOcids } from './wrong-ocids.ts';

export interface Refusal {
  readonly path: Path;
  readonly problem: string;
}

export interface Rule {
  readonly type: string;
  /** Names to the judged values, `[]` for each item of a list or set, such as `rules[].action`. */
  readonly at: string;
  /** What is wrong with a known value, in a sentence; undefined: nothing. `whole` is the resource. */
  check(value: Exclude<Value, symbol | null>, whole: ObjectValue): string | undefined;
}

const RULES: readonly Rule[] = [...DATA_RULES, ...IAM_RULES, ...PLATFORM_RULES];

/** Everything wrong with a resource of this type; what is not known yet is not judged. */
export function refusals(type: string, value: ObjectValue): readonly Refusal[] {
  const broken = RULES.filter((rule) => rule.type === type).flatMap((rule) =>
    places(value, rule.at).flatMap(({ path, value: found }) => {
      const problem = rule.check(found, value);
      return problem === undefined ? [] : [{ path, problem: `${type}: ${rule.at}: ${problem}` }];
    }),
  );
  return [...broken, ...wrongOcids(type, value)];
}
