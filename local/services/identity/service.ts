// Identity: who calls, and whether they may.
import type { Region, Service } from '../../types.ts';
import { openKeyring } from './keyring.ts';
import { identityRoutes } from './routes.ts';
import { configFile, openUsers } from './users.ts';

export function identity(region: Region): Service {
  const users = openUsers(region.tenancyId, { directory: region.directory, region: region.name });
  const keyring = openKeyring(region, users);
  region.wiring.verifySigned = (request) => keyring.verifySigned(request);
  region.wiring.isAllowed = () => true;
  return {
    name: 'identity',
    routes: identityRoutes(region),
    describe: () => ({ ociConfig: configFile(region.directory) }),
  };
}
