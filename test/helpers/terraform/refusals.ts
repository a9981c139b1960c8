// What the real provider or OCI would refuse.
import type { ObjectValue } from './values.ts';

export interface Refusal {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** Everything wrong with a resource of this type; what is not known yet is not judged. */
export function refusals(_type: string, _value: ObjectValue): readonly Refusal[] {
  return [];
}
