// Reads of the Artifacts API (20160918): repositories, images, and the image of a URI.
import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Call, Region, Route, Target } from '../../types.ts';
import { imageId } from './push-events.ts';
import type { Image, Repositories } from './repositories.ts';

const BASE = '/20160918/container';

export function containersRoutes(region: Region, repositories: Repositories): readonly Route[] {
  const inCompartment = ({ query }: Call): Target => {
    const compartmentId = query.get('compartmentId');
    if (!compartmentId) throw invalidParameter('The query parameter compartmentId is required.');
    return { compartmentId };
  };
  return [
    {
      operation: 'ListContainerRepositories',
      method: 'GET',
      path: `${BASE}/repositories`,
      target: inCompartment,
      handle: ({ query }) => {
        const found = repositories
          .list()
          .filter(({ compartmentId }) => compartmentId === query.get('compartmentId'))
          .filter(({ name }) => [null, name].includes(query.get('displayName')));
        return items(
          found.map(({ name, ...rest }) => ({ ...rest, displayName: name, lifecycleState: 'AVAILABLE' })),
        );
      },
    },
    {
      operation: 'ListContainerImages',
      method: 'GET',
      path: `${BASE}/images`,
      target: inCompartment,
      handle: (call) =>
        items(imagesOf(call, repositories).map((image) => imageBody(region, repositories, image))),
    },
    {
      operation: 'LookupContainerImageByUri',
      method: 'POST',
      path: `${BASE}/images/actions/lookupImageByUri`,
      target: async (call) => {
        const image = await imageByUri(region, repositories, call);
        const compartmentId = repositories.find(image.repository)?.compartmentId ?? region.tenancyId;
        return { compartmentId, variables: { 'target.repo.name': image.repository } };
      },
      handle: async (call) => ({
        status: 200,
        body: imageBody(region, repositories, await imageByUri(region, repositories, call)),
      }),
    },
  ];
}

function items(list: readonly object[]) {
  return { status: 200, body: { items: list, remainingItemsCount: 0 } };
}

function imagesOf({ query }: Call, repositories: Repositories): readonly Image[] {
  const wanted = (parameter: string, value: string): boolean => [null, value].includes(query.get(parameter));
  return repositories
    .images()
    .filter(({ repository }) => repositories.find(repository)?.compartmentId === query.get('compartmentId'))
    .filter(({ repository }) => wanted('repositoryName', repository))
    .filter(({ version }) => wanted('version', version))
    .filter((image) => wanted('displayName', `${image.repository}:${image.version}`));
}

/** `<namespace>/<repository>:<tag>` or `…@<digest>`. */
async function imageByUri(region: Region, repositories: Repositories, call: Call): Promise<Image> {
  const body = await call.json();
  const uri = typeof body === 'object' && body !== null && 'imageUri' in body ? body.imageUri : undefined;
  if (typeof uri !== 'string') throw invalidParameter('imageUri must be a text.');
  const found = repositories.images().find(({ repository, version, digest }) => {
    const path = `${region.namespace}/${repository}`;
    return uri === `${path}:${version}` || uri === `${path}@${digest}`;
  });
  if (found === undefined) throw notAuthorizedOrNotFound();
  return found;
}

function imageBody(region: Region, repositories: Repositories, image: Image): object {
  return {
    id: imageId(region, image),
    compartmentId: repositories.find(image.repository)?.compartmentId,
    displayName: `${image.repository}:${image.version}`,
    repositoryName: image.repository,
    version: image.version,
    digest: image.digest,
    lifecycleState: 'AVAILABLE',
    timeCreated: image.pushedAt.toISOString(),
  };
}
