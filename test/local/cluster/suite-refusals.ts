// What the API server refuses, and in which words.
import * as assert from 'uvu/assert';
import type { ApiAnswer, ApiClient } from '../../../local/cluster/api-client.ts';
import { type Applying, configMap, deployment, objectOf, pathOf, tryApply } from './workbench.ts';

type Tests = Readonly<Record<string, (client: ApiClient) => Promise<void>>>;
type Applied = Parameters<typeof tryApply>[1];

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
  'an unknown field of the core group': {
    object: { ...configMap('refused', {}), datta: {} } as Applied,
    status: 500,
    says: 'failed to create typed patch object (/refused; /v1, Kind=ConfigMap): .datta: field not declared in schema',
  },
  'a number where text belongs': {
    object: configMap('refused', { a: 1 as unknown as string }),
    status: 500,
    says: 'failed to create typed patch object (/refused; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
  },
  'an annotation that YAML took for a truth value': {
    object: {
      ...configMap('refused', {}),
      metadata: { name: 'refused', annotations: { a: true } },
    } as Applied,
    status: 500,
    says: 'failed to create typed patch object (/refused; /v1, Kind=ConfigMap): .metadata.annotations.a: expected string, got &value.valueUnstructured{Value:true}',
  },
  'an environment variable that YAML took for a truth value': {
    object: deployment('refused', { env: [{ name: 'A', value: true }] }),
    status: 500,
    says: 'failed to create typed patch object (/refused; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="web"].env[name="A"].value: expected string, got &value.valueUnstructured{Value:true}',
  },
  'replicas in quotes': {
    object: deployment('refused', {}, { replicas: '2' }),
    status: 500,
    says: 'failed to create typed patch object (/refused; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string',
  },
  'a label value with a blank': {
    object: {
      ...configMap('refused', {}),
      metadata: { name: 'refused', labels: { a: 'not ok' } },
    } as Applied,
    status: 422,
    says: `ConfigMap "refused" is invalid: metadata.labels: Invalid value: "not ok": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
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

async function refused(client: ApiClient, { object, options, status, says }: Refusal): Promise<void> {
  const answer: ApiAnswer = await tryApply(client, object, options);
  assert.equal([answer.status, answer.body.message], [status, says]);
  assert.is(answer.body.kind, 'Status');
}

export const refusalTests: Tests = {
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
    await tryApply(client, object);
    const labels = { app: 'fixed', more: 'x' };
    const spec = {
      ...object.spec,
      selector: { matchLabels: labels },
      template: { ...object.spec.template, metadata: { labels } },
    };
    const reselected = await tryApply(client, { ...object, spec });
    assert.equal(
      [reselected.status, /spec\.selector: .*field is immutable/.test(String(reselected.body.message))],
      [422, true],
    );
    const stale = await tryApply(client, {
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

  async 'deletes what was meant, and not another object of the same name'(client) {
    const object = configMap('meant', {});
    const path = pathOf(object);
    await tryApply(client, object);
    const options = (uid: unknown) => ({
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
    });
    const other = await client.send('DELETE', path, options('another'));
    assert.equal([other.status, other.body.reason], [409, 'Conflict']);
    const found = await client.get(path);
    const meant = await client.send('DELETE', path, options(objectOf(found).metadata.uid));
    assert.is(meant.status, 200);
    const gone = await client.send('DELETE', path, options(undefined));
    assert.equal([gone.status, gone.body.message], [404, 'configmaps "meant" not found']);
  },

  async 'rehearses a creation, and says what would refuse it'(client) {
    const path = pathOf(configMap('tried', {})).replace(/\/tried$/, '?dryRun=All');
    const tried = await client.send('POST', path, { body: configMap('tried', {}) });
    assert.is(tried.status, 201);
    assert.is((await client.get(pathOf(configMap('tried', {})))).status, 404);
    const nowhere = await client.send('POST', path.replace('/shop/', '/nope/'), { body: configMap('x', {}) });
    assert.equal([nowhere.status, nowhere.body.message], [404, 'namespaces "nope" not found']);
  },

  async 'refuses a ConfigMap over one mebibyte'(client) {
    const answer = await tryApply(client, configMap('large', { a: 'x'.repeat(1024 * 1024 + 1) }));
    assert.equal([answer.status, answer.body.reason], [422, 'Invalid']);
  },
};
