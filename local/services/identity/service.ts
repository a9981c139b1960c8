// Identity: who calls, and whether they may.
import type { Region, Service } from '../../types.ts';
import { openAccess } from './access.ts';
import { dynamicGroupsOf, type Facts, groupsOf } from './claims.ts';
import { openKeyring } from './keyring.ts';
import { regionKey } from './regions.ts';
import { identityRoutes } from './routes.ts';
import { openSessions } from './sessions.ts';
import { configFile, openUsers } from './users.ts';
import { tagsOfTwin, worldOfTwin } from './world-of-twin.ts';

export function identity(region: Region): Service {
  const users = openUsers(region.tenancyId, { directory: region.directory, region: region.name });
  const keyring = openKeyring(region, users);
  const world = worldOfTwin(region, users);
  const facts: Facts = {
    regionKey: regionKey(region.name),
    userName: (id) => users.find((user) => user.id === id)?.name,
    tags: tagsOfTwin(region.twin),
  };
  const access = openAccess(region, { world, facts });
  const sessions = openSessions(region, keyring.tokenKey);
  region.wiring.verifySigned = (request) => keyring.verifySigned(request);
  region.wiring.isAllowed = (principal, operation, target) => access.isAllowed(principal, operation, target);
  region.wiring.groupsOf = (principal) => [
    ...groupsOf(world, principal),
    ...dynamicGroupsOf(world, principal, facts),
  ];
  region.wiring.resourcePrincipal = (functionId) => sessions.resourcePrincipal(functionId);
  region.wiring.instanceCertificate = (instanceId) => sessions.instanceCertificate(instanceId);
  return {
    name: 'identity',
    routes: [...identityRoutes(region, { world, users, access }), ...sessions.routes],
    reset: () => access.forget(),
    describe: () => ({ ociConfig: configFile(region.directory) }),
  };
}
