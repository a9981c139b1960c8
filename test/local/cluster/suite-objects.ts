// Selectors, watches, patches, custom resources.
import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { at, type Fields } from '../../../local/cluster/object.ts';
import { configMap, deployment, list, objectOf, pathOf, read, tryApply, until } from './workbench.ts';

type Tests = Readonly<Record<string, (client: ApiClient) => Promise<void>>>;
type Applied = Parameters<typeof tryApply>[1];

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { size: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
              },
            },
          },
        },
      },
    ],
  },
};
const mergePatch = (body: Fields) => ({ body, type: 'application/merge-patch+json' });

export const objectTests: Tests = {
  async 'selects by labels and by fields'(client) {
    for (const [name, tier] of [
      ['sel-a', 'front'],
      ['sel-b', 'back'],
      ['sel-c', 'front'],
    ] as const) {
      await tryApply(client, {
        ...configMap(name, {}),
        metadata: { name, labels: { tier, set: 'sel' } },
      } as Applied);
    }
    const names = async (query: string): Promise<string[]> =>
      (await list(client, `/api/v1/namespaces/shop/configmaps?${query}`)).map(
        (object) => object.metadata.name,
      );
    const by = (selector: string): string => `labelSelector=${encodeURIComponent(selector)}`;
    assert.equal(await names(by('set=sel,tier=front')), ['sel-a', 'sel-c']);
    assert.equal(await names(by('set=sel,tier!=front')), ['sel-b']);
    assert.equal(await names(by('set=sel,tier in (back,side)')), ['sel-b']);
    assert.equal(await names(by('set,!tier')), []);
    assert.equal(await names(`fieldSelector=${encodeURIComponent('metadata.name=sel-b')}`), ['sel-b']);
  },

  async 'a watch from a list on sees each change once'(client) {
    const path = '/api/v1/namespaces/shop/configmaps';
    const version = at((await client.get(path)).body, 'metadata', 'resourceVersion');
    const ending = new AbortController();
    const seen: string[] = [];
    const watching = client.watch(`${path}?watch=true&resourceVersion=${version}`, {
      signal: ending.signal,
      onEvent: ({ type, object }) =>
        object.metadata.name === 'watched' && seen.push(`${type} ${at(object, 'data', 'a')}`),
    });
    await tryApply(client, configMap('watched', { a: '1' }));
    await tryApply(client, configMap('watched', { a: '2' }));
    await client.send('DELETE', pathOf(configMap('watched', {})));
    await until('the deletion', async () => seen.some((line) => line.startsWith('DELETED')));
    ending.abort();
    await watching.catch(() => undefined);
    assert.equal(seen, ['ADDED 1', 'MODIFIED 2', 'DELETED 2']);
  },

  async 'merge patches and scale change what they name'(client) {
    const object = deployment('scaled', {}, { replicas: 2 });
    await tryApply(client, object);
    const annotated = await client.send(
      'PATCH',
      pathOf(object),
      mergePatch({ metadata: { annotations: { note: 'x' } } }),
    );
    assert.is(objectOf(annotated).metadata.annotations?.note, 'x');
    const scale = await client.send(
      'PATCH',
      `${pathOf(object)}/scale`,
      mergePatch({ spec: { replicas: 1 } }),
    );
    assert.equal([scale.body.kind, at(scale.body, 'spec', 'replicas')], ['Scale', 1]);
    assert.is(at(await read(client, pathOf(object)), 'spec', 'replicas'), 1);
  },

  async 'custom resources follow their definition'(client) {
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size: 1, tags: ['a', 'b'] },
    };
    await tryApply(client, widgets);
    const made = await until('the new kind', async () => {
      const answer = await tryApply(client, widget);
      return answer.status < 300 && answer;
    });
    assert.equal(at(made.body, 'spec'), { size: 1, tags: ['a', 'b'] });
    const other = await tryApply(client, { ...widget, spec: { tags: ['c'] } }, { manager: 'other' });
    assert.is(other.body.message, 'Apply failed with 1 conflict: conflict with "galley": .spec.tags');
    const found = await client.get('/apis/example.com/v1');
    assert.is(
      at(found.body, 'resources', '0', 'kind') ?? at((found.body.resources as Fields[])[0], 'kind'),
      'Widget',
    );
  },

  async 'discovery names kinds, scopes and unknown paths'(client) {
    const { body } = await client.get('/apis/apps/v1');
    const deployments = (body.resources as Fields[]).find((resource) => resource.name === 'deployments');
    assert.equal([deployments?.kind, deployments?.namespaced], ['Deployment', true]);
    const unknown = await client.get('/apis/apps/v1/namespaces/shop/gadgets');
    assert.is(unknown.status, 404);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const self = await client.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: review,
    });
    assert.equal([self.status, at(self.body, 'status', 'userInfo', 'username')], [201, 'galley-admin']);
  },
};
