// The region's server with operations of a test behind it.
import { once } from 'node:events';
import { createRegionServer } from '../../../local/http/server.ts';
import { openTally } from '../../../local/http/tally.ts';
import type { RunningRegion } from '../../../local/region.ts';
import type { Route } from '../../../local/types.ts';
import { startTestRegion } from '../../helpers/region.ts';

/** A region whose `endpoint` answers the given routes; identity and faults are the region's own. */
export async function serve(routes: readonly Route[]): Promise<RunningRegion & { admin: string }> {
  const region = await startTestRegion({ services: [] });
  const services = [{ name: 'test', routes }];
  const server = createRegionServer(region.region, { services, tally: openTally() });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    ...region,
    admin: region.endpoint,
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await region.stop();
    },
  };
}
