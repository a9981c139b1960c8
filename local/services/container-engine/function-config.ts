// What the deployed functions are told: the one place where a twin names its cluster and its apply function.
import type { Region } from '../../types.ts';

/** The configuration of the application and its functions together, as far as it is text. */
export function functionConfig({ twin }: Region): Readonly<Record<string, string>> {
  const resources = [...twin.of('oci_functions_application'), ...twin.of('oci_functions_function')];
  const entries = resources.flatMap(({ values }) => Object.entries(values.config ?? {}));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
