// What the data sources of deploy/ answer: a small tenancy with three domains.
import { ocid } from './ocids.ts';
import type { ObjectValue, Value } from './values.ts';

type Answer = (config: ObjectValue, region: string) => ObjectValue;

const OBJECT_STORAGE_NAMESPACE = 'galleydemo';

const ANSWERS: Readonly<Record<string, Answer>> = {
  oci_objectstorage_namespace: () => ({ namespace: OBJECT_STORAGE_NAMESPACE }),
  oci_identity_availability_domains: (config) => ({
    availability_domains: [1, 2, 3].map((n) => ({
      compartment_id: config.compartment_id ?? null,
      id: ocid('availabilitydomain', { name: `${n}`, region: '' }),
      name: `gALY:EU-FRANKFURT-1-AD-${n}`,
    })),
  }),
  oci_identity_region_subscriptions: (config, region) => ({
    region_subscriptions: [
      {
        is_home_region: true,
        region_key: 'FRA',
        region_name: region,
        state: 'READY',
        tenancy_id: config.tenancy_id ?? null,
      },
    ],
  }),
  oci_core_services: (_config, region) => ({
    services: [
      {
        cidr_block: 'all-fra-services-in-oracle-services-network',
        description: 'All FRA Services In Oracle Services Network',
        id: ocid('service', { name: 'all', region }),
        name: 'All FRA Services In Oracle Services Network',
      },
    ],
  }),
  oci_core_images: (_config, region) => ({ images: [image(region)] }),
};

/** What a data source finds; the caller completes it to the schema. */
export function found(
  type: string,
  { config, region }: { config: ObjectValue; region: string },
): ObjectValue {
  return { ...config, ...ANSWERS[type]?.(config, region), id: type };
}

/** Only what deploy/ reads. */
function image(region: string): Value {
  return {
    id: ocid('image', { name: 'Oracle-Linux-9', region }),
    display_name: 'Oracle-Linux-9',
    state: 'AVAILABLE',
  };
}
