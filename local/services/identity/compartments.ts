// The tree of compartments, and what the location of a policy statement means in it.
import { invalidParameter } from '../../http/errors.ts';
import type { Location } from './policy/statement.ts';

export interface Compartment {
  readonly id: string;
  readonly name: string;
  /** Undefined for the tenancy's root. */
  readonly parentId: string | undefined;
}

/** The OCID a statement is about. It must be the policy's own compartment or one below (managingpolicies). */
export function locate(compartments: readonly Compartment[], attachedTo: string, location: Location): string {
  const root = compartments.find(({ parentId }) => parentId === undefined)?.id;
  const id =
    location.kind === 'tenancy'
      ? root
      : location.kind === 'id'
        ? location.id
        : walk(compartments, attachedTo, location.path);
  if (id !== undefined && chain(compartments, id).includes(attachedTo)) return id;
  const name =
    location.kind === 'tenancy' ? 'tenancy' : location.kind === 'id' ? location.id : location.path.join(':');
  throw invalidParameter(
    `Compartment {${name}} does not exist or is not part of the policy compartment subtree`,
  );
}

/** The first segment is the policy's own compartment or a child of it, each further one a child of the last. */
function walk(
  compartments: readonly Compartment[],
  attachedTo: string,
  path: readonly string[],
): string | undefined {
  const isNamed = (compartment: Compartment, segment: string): boolean =>
    compartment.parentId !== undefined &&
    [compartment.name, compartment.id].includes(segment) &&
    !isOcidAlone(path);
  const [first = '', ...rest] = path;
  let current = compartments.find(
    (one) => (one.id === attachedTo || one.parentId === attachedTo) && isNamed(one, first),
  );
  for (const segment of rest) {
    const parent = current;
    current = parent && compartments.find((one) => one.parentId === parent.id && isNamed(one, segment));
  }
  return current?.id;
}

/** `compartment ocid1…` without `id` is refused, though OCIDs may stand in a longer path (facts: iam 1.3). */
function isOcidAlone(path: readonly string[]): boolean {
  return path.length === 1 && (path[0] ?? '').startsWith('ocid1.');
}

/** A compartment and all above it, up to the root. */
export function chain(compartments: readonly Compartment[], id: string): string[] {
  const compartment = compartments.find((one) => one.id === id);
  if (compartment === undefined) return [];
  return compartment.parentId === undefined ? [id] : [id, ...chain(compartments, compartment.parentId)];
}
