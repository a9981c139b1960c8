// Reading a Terraform state: what exists, and what is said of a file that is none.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deploymentOf } from '../../local/deployment.ts';
import { DEFAULT_TWIN } from '../../local/options.ts';
import { notPlayed } from '../../local/played.ts';
import { parseTwin, readTwin } from '../../local/twin.ts';

const test = suite('twin');

const block = (type: string, name: string, instances: object[], mode = 'managed'): object => ({
  mode,
  type,
  name,
  provider: 'provider["registry.terraform.io/oracle/oci"]',
  instances,
});
const state = (resources: object[], outputs = {}): string =>
  JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 3, outputs, resources });
const bucket = { attributes: { namespace: 'ns', compartment_id: 'c', name: 'b' } };

test('every managed instance is a resource, with its index; data sources are not', () => {
  const twin = parseTwin(
    state(
      [
        block('oci_objectstorage_bucket', 'source', [bucket]),
        block(
          'oci_core_instance',
          'build',
          [0, 1].map((index_key) => ({ index_key, attributes: { id: `i${index_key}` } })),
        ),
        block('oci_objectstorage_namespace', 'this', [{ attributes: {} }], 'data'),
      ],
      { answer: { value: 42, type: 'number' } },
    ),
    'x.tfstate',
  );
  assert.equal(twin.outputs, { answer: 42 });
  assert.is(twin.resources.length, 3);
  assert.equal(
    twin.of('oci_core_instance').map(({ index, values }) => [index, values.id]),
    [
      [0, 'i0'],
      [1, 'i1'],
    ],
  );
  assert.is(twin.of('oci_objectstorage_bucket')[0]?.values.name, 'b');
});

const refused: [text: string, says: string][] = [
  ['', 'x.tfstate:1:1: not JSON at "the end of the file"; a Terraform state is a JSON file'],
  ['{\n  "version": 4,\n  oops\n}', 'x.tfstate:3:3: not JSON at "oops"; a Terraform state is a JSON file'],
  [
    'resource "oci_core_vcn" "a" {}',
    'x.tfstate:1:1: not JSON at "resource"; a Terraform state is a JSON file',
  ],
  [
    '{"version": 4, "resources": [tru, 1]}',
    'x.tfstate:1:33: not JSON at ","; a Terraform state is a JSON file',
  ],
  ['[]', 'x.tfstate:1:1: not a Terraform state: the document must be an object'],
  ['{}', 'x.tfstate: not a Terraform state of format 4: it has no "version"'],
  ['{\n "version": 3}', 'x.tfstate:2:2: not a Terraform state of format 4: it has version 3'],
  ['{"version": 4}', 'x.tfstate: "resources" must be a list'],
  ['{"version":4,\n"resources":[7]}', 'x.tfstate:2:1: every resource must be an object'],
  ['{"version":4,"resources":[{"type":"a"}]}', 'x.tfstate:1:14: a resource has no "type" or no "name"'],
  ['{"version":4,"resources":[\n{"type":"a","name":"b"}]}', 'x.tfstate:2:20: a.b has no list "instances"'],
  [
    '{"version":4,"resources":[{"type":"a","name":"b","instances":[{}]}]}',
    'x.tfstate:1:46: an instance of a.b has no "attributes"',
  ],
];
for (const [text, says] of refused) {
  test(`refused: ${says}`, () => {
    assert.throws(
      () => parseTwin(text, 'x.tfstate'),
      (error: unknown) => {
        assert.is(error instanceof Error ? `${error.name}: ${error.message}` : '', `TwinError: ${says}`);
        return true;
      },
    );
  });
}

test('a file that is not there is named', () => {
  assert.throws(() => readTwin('/nowhere/x.tfstate'), /\/nowhere\/x\.tfstate: cannot be read: ENOENT/);
});

test('what is not played is listed by address', () => {
  const twin = parseTwin(
    state([
      block('oci_objectstorage_bucket', 'source', [bucket]),
      block('oci_logging_log', 'invoke', [{ index_key: 'apply', attributes: {} }]),
      block('oci_core_vcn', 'this', [{ attributes: {} }]),
    ]),
    'x',
  );
  assert.equal(notPlayed(twin), ['oci_core_vcn.this', 'oci_logging_log.invoke["apply"]']);
});

/** What a real provider adds to a state, and what a module of somebody else's changes in it. */
function asOfAModule(text: string): string {
  const state: { resources: { instances: object[] }[]; outputs: object } = JSON.parse(text);
  const resources = state.resources.map((one) => ({
    module: 'module.platform.module.galley["eu"]',
    ...one,
    provider: 'module.platform.provider["registry.terraform.io/oracle/oci"].home',
    instances: one.instances.map((instance) => ({
      ...instance,
      sensitive_attributes: [[{ type: 'get_attr', value: 'metadata' }]],
      private: 'eyJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnt9fQ==',
      dependencies: ['module.platform.module.galley.oci_core_vcn.this'],
    })),
  }));
  return JSON.stringify({ ...state, outputs: {}, resources });
}

test('a state of another root module, with its outputs elsewhere, is the same deployment', () => {
  const text = readFileSync(DEFAULT_TWIN, 'utf8');
  const [own, other] = [parseTwin(text, 'own'), parseTwin(asOfAModule(text), 'other')];
  assert.equal(deploymentOf(other), deploymentOf(own));
  assert.equal(notPlayed(other), notPlayed(own));
});

test('of some types only a part is played, and the rest is said', () => {
  const one = (type: string, attributes: object) => block(type, 'x', [{ attributes }]);
  const left = (type: string, attributes: object) =>
    notPlayed(parseTwin(state([one(type, attributes)]), 'x'));
  for (const [type, played, leftOut] of [
    ['oci_monitoring_alarm', { query: 'X[1m].count() >= 0' }, { query: 'X[1m].sum() > 3' }],
    ['oci_ons_subscription', { protocol: 'ORACLE_FUNCTIONS' }, { protocol: 'EMAIL' }],
    [
      'oci_resource_scheduler_schedule',
      { recurrence_type: 'CRON', action: 'START_RESOURCE' },
      { recurrence_type: 'ICAL', action: 'START_RESOURCE' },
    ],
    ['oci_vault_secret', { secret_content: [{ content: 'eA==' }] }, { secret_content: [] }],
  ] as const) {
    assert.equal([left(type, played), left(type, leftOut)], [[], [`${type}.x`]]);
  }
});

test('the committed twin has all a region needs', () => {
  const deployment = deploymentOf(readTwin(DEFAULT_TWIN));
  for (const [name, value] of Object.entries(deployment)) assert.ok(value !== '', name);
  assert.is.not(deployment.sourceBucket, deployment.stateBucket);
});

for (const [missing, says] of [
  ['oci_objectstorage_bucket', /no oci_objectstorage_bucket: it is not one of deploy/],
  ['oci_identity_dynamic_group', /no oci_identity_dynamic_group/],
  ['oci_functions_application', /No function of the Terraform state has GALLEY_BUCKET_NAME/],
] as const) {
  test(`a state without ${missing} is refused`, () => {
    const whole = [
      block('oci_objectstorage_bucket', 'a', [bucket]),
      block('oci_functions_function', 'f', [
        { attributes: { id: 'ocid1.fnfunc.oc1.eu-zurich-1.x', config: {} } },
      ]),
      block('oci_functions_application', 'app', [
        { attributes: { config: { GALLEY_BUCKET_NAME: 'a', GALLEY_STATE_BUCKET_NAME: 'b' } } },
      ]),
      block('oci_identity_dynamic_group', 'g', [{ attributes: { compartment_id: 'tenancy' } }]),
    ];
    assert.is(deploymentOf(parseTwin(state(whole), 'x')).region, 'eu-zurich-1');
    const rest = whole.filter((one) => !JSON.stringify(one).includes(`"${missing}"`));
    assert.throws(() => deploymentOf(parseTwin(state(rest), 'x')), says);
  });
}

test.run();
