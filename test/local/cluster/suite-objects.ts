// Refusals in the API server's words, selectors, watches, patches, custom resources.
import * as assert from 'uvu/assert';
import type { ApiAnswer, ApiClient } from '../../../local/cluster/api-client.ts';
import { at, type Fields } from '../../../local/cluster/object.ts';
import {
  type Applying,
  apply,
  configMap,
  deployment,
  list,
  objectOf,
  pathOf,
  read,
  until,
} from './workbench.ts';

type Tests = Readonly<Record<string, (client: ApiClient) => Promise<void>>>;
type Applied = Parameters<typeof apply>[1];

interface Refusal {
  readonly object: Applied;
  readonly options?: Applying;
  readonly status: number;
  readonly says: string;
}

const selectorless = deployment('refused', {});
const refusals: Readonly<Record<string, Refusal>> = {
  'a namespace that is not there': {
    object: { ...configMap('x', {}), metadata: { name: 'x', namespace: 'nope' } },
    status: 404,
    says: 'namespaces "nope" not found',
  },
  'managed fields in a configuration': {
    object: {
      ...configMap('x', {}),
      metadata: {
        name: 'x',
        managedFields: [
          { manager: 'a', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} },
        ],
      },
    } as Applied,
    status: 400,
    says: 'metadata.managedFields must be nil',
  },
  'an unknown field': {
    object: deployment('refused', { imagee: 'web' }),
    options: { strict: true },
    status: 500,
    says: 'failed to create typed patch object (/refused; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="web"].imagee: field not declared in schema',
  },
  'the same port twice': {
    object: deployment('refused', { ports: [{ containerPort: 80 }, { containerPort: 80 }] }),
    status: 500,
    says: 'failed to create typed patch object (/refused; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="web"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]',
  },
  'a selector that misses its template': {
    object: { ...selectorless, spec: { ...selectorless.spec, selector: { matchLabels: { app: 'other' } } } },
    status: 422,
    says: 'Deployment.apps "refused" is invalid: spec.template.metadata.labels: Invalid value: {"app":"refused"}: `selector` does not match template `labels`',
  },
  'a name in capitals': {
    object: configMap('Bad', {}),
    status: 422,
    says: "ConfigMap \"Bad\" is invalid: metadata.name: Invalid value: \"Bad\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  },
};

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

async function refused(client: ApiClient, { object, options, status, says }: Refusal): Promise<void> {
  const answer: ApiAnswer = await apply(client, object, options);
  assert.equal([answer.status, answer.body.message], [status, says]);
  assert.is(answer.body.kind, 'Status');
}

export const objectTests: Tests = {
  ...Object.fromEntries(
    Object.entries(refusals).map(([what, refusal]) => [
      `refuses ${what}`,
      (client: ApiClient) => refused(client, refusal),
    ]),
  ),

  async 'refuses unknown fields of a strict POST by index'(client) {
    const path = pathOf(deployment('strict', {})).replace(/\/strict$/, '');
    const body = { ...deployment('strict', { imagee: 'x' }), zz: 1 };
    const answer = await client.send('POST', `${path}?fieldValidation=Strict`, { body });
    const unknown = 'unknown field "spec.template.spec.containers[0].imagee", unknown field "zz"';
    assert.equal(
      [answer.status, answer.body.message],
      [
        400,
        `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${unknown}`,
      ],
    );
  },

  async 'refuses a new selector, a stale version and a second creation'(client) {
    const object = deployment('fixed', {}, { replicas: 0 });
    await apply(client, object);
    const labels = { app: 'fixed', more: 'x' };
    const spec = {
      ...object.spec,
      selector: { matchLabels: labels },
      template: { ...object.spec.template, metadata: { labels } },
    };
    const reselected = await apply(client, { ...object, spec });
    assert.equal(
      [reselected.status, /spec\.selector: .*field is immutable/.test(String(reselected.body.message))],
      [422, true],
    );
    const stale = await apply(client, {
      ...object,
      metadata: { name: 'fixed', resourceVersion: '1' },
    } as Applied);
    assert.equal([stale.status, stale.body.reason], [409, 'Conflict']);
    const again = await client.send('POST', pathOf(object).replace(/\/fixed$/, ''), { body: object });
    assert.equal(
      [again.status, again.body.reason, again.body.message],
      [409, 'AlreadyExists', 'deployments.apps "fixed" already exists'],
    );
  },

  async 'refuses a ConfigMap over one mebibyte'(client) {
    const answer = await apply(client, configMap('large', { a: 'x'.repeat(1024 * 1024 + 1) }));
    assert.equal([answer.status, answer.body.reason], [422, 'Invalid']);
  },

  async 'selects by labels and by fields'(client) {
    for (const [name, tier] of [
      ['sel-a', 'front'],
      ['sel-b', 'back'],
      ['sel-c', 'front'],
    ] as const) {
      await apply(client, {
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
    await apply(client, configMap('watched', { a: '1' }));
    await apply(client, configMap('watched', { a: '2' }));
    await client.send('DELETE', pathOf(configMap('watched', {})));
    await until('the deletion', async () => seen.some((line) => line.startsWith('DELETED')));
    ending.abort();
    await watching.catch(() => undefined);
    assert.equal(seen, ['ADDED 1', 'MODIFIED 2', 'DELETED 2']);
  },

  async 'merge patches and scale change what they name'(client) {
    const object = deployment('scaled', {}, { replicas: 2 });
    await apply(client, object);
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
    await apply(client, widgets);
    const made = await until('the new kind', async () => {
      const answer = await apply(client, widget);
      return answer.status < 300 && answer;
    });
    assert.equal(at(made.body, 'spec'), { size: 1, tags: ['a', 'b'] });
    const other = await apply(client, { ...widget, spec: { tags: ['c'] } }, { manager: 'other' });
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
