// Adapters of shared/oci over a region of their own, with faults to plant.
import type { FaultDetails } from '../../local/faults.ts';
import type { ServiceName } from '../../local/services.ts';
import { type Bucket, openBucket } from '../../shared/oci/bucket.ts';
import { type Clients, createClients } from '../../shared/oci/clients.ts';
import { startTestRegion, type TestRegion } from './region.ts';

export interface TestOci {
  readonly region: TestRegion;
  readonly clients: Clients;
  readonly state: Bucket;
  readonly source: Bucket;
  /** Plays it the next `times` (1) times at this operation; one that nothing took fails `stop`. */
  plant(name: FaultDetails['name'], where: string, more?: Partial<FaultDetails>): Promise<void>;
  stop(): Promise<void>;
}

/** As the owner, who may do all: what the functions may do is the end-to-end tests' matter. */
export async function startTestOci(services: readonly ServiceName[] = ['object-storage']): Promise<TestOci> {
  const region = await startTestRegion({ services });
  const { endpoint, description } = region;
  const clients = createClients({ provider: region.credentials(), region: region.region.name, endpoint });
  const { namespace, sourceBucket, stateBucket } = description;
  return {
    region,
    clients,
    state: openBucket(clients, { namespace, bucket: stateBucket }),
    source: openBucket(clients, { namespace, bucket: sourceBucket }),
    plant: async (name, where, more = {}) => {
      const body = JSON.stringify({ name, where, ...more });
      const answer = await fetch(`${endpoint}/_galley/faults`, { method: 'POST', body });
      if (answer.status !== 201) throw new Error(`fault ${name}: ${answer.status} ${await answer.text()}`);
    },
    stop: () => region.stop(),
  };
}
