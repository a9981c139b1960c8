// Which instance a call is about, and where it lives for IAM.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Target } from '../../types.ts';
import type { Instance, Instances } from './instances.ts';

/** Throws 404 for an instance that is not in the twin. */
export function findInstance(instances: Instances, id: string | undefined): Instance {
  const instance = instances.find(id ?? '');
  if (instance === undefined) throw notAuthorizedOrNotFound();
  return instance;
}

export function targetOf({ id, compartmentId }: Instance): Target {
  return { compartmentId, variables: { 'target.instance.id': id } };
}

/** The compartment a list is asked of. Throws 400 without one. */
export function inCompartment({ query }: Call): Target {
  const compartmentId = query.get('compartmentId');
  if (!compartmentId) throw invalidParameter('The query parameter compartmentId is required.');
  return { compartmentId };
}
