// The `instance` document of one instance, from its attributes in the Terraform state.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Region } from '../../types.ts';

/** Throws 404 for an OCID the twin does not have. Fields as in Compute/Tasks/gettingmetadata. */
export function instanceDocument(region: Region, id: string): object {
  const instance = region.twin.of('oci_core_instance').find(({ values }) => values.id === id)?.values;
  if (instance === undefined) throw notAuthorizedOrNotFound(`The twin has no instance ${id}.`);
  return {
    id,
    displayName: instance.display_name,
    hostname: instance.display_name,
    compartmentId: instance.compartment_id,
    tenantId: region.tenancyId,
    availabilityDomain: instance.availability_domain,
    faultDomain: instance.fault_domain,
    region: region.name,
    canonicalRegionName: region.name,
    shape: instance.shape,
    state: 'Running',
    metadata: instance.metadata ?? {},
    definedTags: instance.defined_tags ?? {},
    freeformTags: instance.freeform_tags ?? {},
  };
}
