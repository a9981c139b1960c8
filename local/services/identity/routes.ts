// The reads of the Identity API (20160918) that people and `galley doctor` make. Nothing is written here:
// users, groups and policies come from the twin.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Region, Route } from '../../types.ts';

export function identityRoutes(region: Region): readonly Route[] {
  const root = { compartmentId: region.tenancyId };
  return [
    {
      operation: 'GetTenancy',
      method: 'GET',
      path: '/20160918/tenancies/:tenancyId',
      target: () => root,
      handle: ({ params }) => {
        if (params.tenancyId !== region.tenancyId) throw notAuthorizedOrNotFound();
        return {
          status: 200,
          body: { id: region.tenancyId, name: 'galley', description: 'galley', homeRegionKey: 'FRA' },
        };
      },
    },
  ];
}
