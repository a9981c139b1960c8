import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  applyConfig,
  buildInstanceConfig,
  type Environment,
  pollBuildConfig,
  toolConfig,
  uploadTriggerConfig,
} from '../../shared/config.ts';

const test = suite('configuration');
const OCID = (type: string): string => `ocid1.${type}.oc1.eu-frankfurt-1.aaaa`;
const COMPARTMENT = 'ocid1.compartment.oc1..aaaa';

const GOOD: Environment = {
  GALLEY_REGION: 'eu-frankfurt-1',
  GALLEY_BUCKET_NAMESPACE: 'axaxnpcrorw5',
  GALLEY_BUCKET_NAME: 'galley-source',
  GALLEY_STATE_BUCKET_NAME: 'galley-state',
  GALLEY_COMPARTMENT_ID: COMPARTMENT,
  GALLEY_OCIR_ENDPOINT: 'fra.ocir.io/axaxnpcrorw5/galley',
  GALLEY_BUILD_INSTANCE_ID: `${OCID('instance')}, ${OCID('instance')}b,${OCID('instance')}`,
};

function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

test('upload-trigger: variables, defaults, and a pool without repetitions', () => {
  assert.equal(uploadTriggerConfig(GOOD), {
    region: 'eu-frankfurt-1',
    namespace: 'axaxnpcrorw5',
    sourceBucket: 'galley-source',
    stateBucket: 'galley-state',
    compartmentId: COMPARTMENT,
    ocirEndpoint: 'fra.ocir.io/axaxnpcrorw5/galley',
    instances: [OCID('instance'), `${OCID('instance')}b`],
    slotsEach: 2,
    limits: { deliverySeconds: 900, buildSeconds: 1800 },
  });
});

test('poll-build and apply add their own', () => {
  const more = {
    GALLEY_APPLY_FUNCTION_ID: OCID('fnfunc'),
    GALLEY_APPLY_INVOKE_ENDPOINT: 'https://x.eu-frankfurt-1.functions.oci.oraclecloud.com/',
    GALLEY_CLUSTER_ID: OCID('cluster'),
    GALLEY_CLUSTER_ENDPOINT: 'PRIVATE_ENDPOINT',
    GALLEY_ALLOWED_KINDS: 'Namespace,ClusterRole.rbac.authorization.k8s.io',
    GALLEY_ALLOWED_NAMESPACES: 'shared',
    GALLEY_BUILD_SLOTS: '5',
    GALLEY_BUILD_SECONDS: '60',
  };
  const polls = pollBuildConfig({ ...GOOD, ...more });
  assert.is(polls.applyFunctionId, OCID('fnfunc'));
  assert.is(polls.applyInvokeEndpoint, 'https://x.eu-frankfurt-1.functions.oci.oraclecloud.com');
  assert.is(polls.slotsEach, 5);
  assert.equal(polls.limits, { deliverySeconds: 900, buildSeconds: 60 });
  const applies = applyConfig({ ...GOOD, ...more });
  assert.is(applies.clusterId, OCID('cluster'));
  assert.is(applies.clusterEndpoint, 'PRIVATE_ENDPOINT');
  assert.equal(applies.allowedKinds, ['Namespace', 'ClusterRole.rbac.authorization.k8s.io']);
  assert.equal(applies.allowedNamespaces, ['shared']);
  assert.is(applyConfig({ ...GOOD, GALLEY_CLUSTER_ID: OCID('cluster') }).allowedKinds, undefined);
});

test('every mistake is told at once, with name, expectation and value', () => {
  const wrong = {
    ...GOOD,
    GALLEY_REGION: 'Frankfurt',
    GALLEY_BUCKET_NAME: ' ',
    GALLEY_COMPARTMENT_ID: 'ocid1.instance.oc1..a',
    GALLEY_OCIR_ENDPOINT: 'https://fra.ocir.io/x',
    GALLEY_BUILD_INSTANCE_ID: `${OCID('instance')},x`,
    GALLEY_BUILD_SLOTS: '6',
    GALLEY_BUILD_SECONDS: '1e3',
    GALLEY_ENDPOINT: 'http://user@host/',
    GALLEY_CLUSTER_ENDPOINT: 'private',
  };
  assert.is(
    messageOf(() => applyConfig(wrong)),
    `Wrong configuration:
  GALLEY_REGION: expected a region identifier such as eu-frankfurt-1, got "Frankfurt"
  GALLEY_BUCKET_NAME is missing: expected the name of the source bucket
  GALLEY_ENDPOINT: expected an http or https URL without path, query or user, got "http://user@host/"
  GALLEY_COMPARTMENT_ID: expected an OCID such as ocid1.compartment.oc1..aaaa, got "ocid1.instance.oc1..a"
  GALLEY_OCIR_ENDPOINT: expected <host>/<tenancy namespace>/<prefix>, got "https://fra.ocir.io/x"
  GALLEY_BUILD_INSTANCE_ID: expected an OCID such as ocid1.instance.oc1..aaaa, or several separated by commas, got "${OCID('instance')},x"
  GALLEY_BUILD_SLOTS: expected a whole number from 1 to 5, got "6"
  GALLEY_BUILD_SECONDS: expected a whole number from 1 to 86400, got "1e3"
  GALLEY_CLUSTER_ID is missing: expected an OCID such as ocid1.cluster.oc1..aaaa
  GALLEY_CLUSTER_ENDPOINT: expected one of PUBLIC_ENDPOINT, PRIVATE_ENDPOINT, VCN_HOSTNAME, got "private"`,
  );
});

test('galley-build: a token put where its secret belongs is never repeated', () => {
  const message = messageOf(() => buildInstanceConfig({ ...GOOD, GALLEY_OCIR_AUTH_TOKEN: 'hunter2' }));
  const expected = 'expected an OCID such as ocid1.vaultsecret.oc1..aaaa, got something else (not shown)';
  assert.is(message, `Wrong configuration:\n  GALLEY_OCIR_AUTH_TOKEN: ${expected}`);
});

test('galley-build: the original login, or none', () => {
  const login = { GALLEY_OCIR_USERNAME: 'ns/jdoe@example.org', GALLEY_OCIR_AUTH_TOKEN: OCID('vaultsecret') };
  const config = buildInstanceConfig({ ...GOOD, ...login });
  assert.is(config.ocirUsername, 'ns/jdoe@example.org');
  assert.is(config.ocirAuthTokenId, OCID('vaultsecret'));
  assert.is(buildInstanceConfig(GOOD).ocirUsername, undefined);
});

test('the command line needs the place, and takes the rest as it comes', () => {
  const { GALLEY_REGION, GALLEY_BUCKET_NAMESPACE, GALLEY_BUCKET_NAME, GALLEY_STATE_BUCKET_NAME } = GOOD;
  const place = { GALLEY_REGION, GALLEY_BUCKET_NAMESPACE, GALLEY_BUCKET_NAME, GALLEY_STATE_BUCKET_NAME };
  assert.equal(Object.keys(toolConfig(place)), ['region', 'namespace', 'sourceBucket', 'stateBucket']);
  assert.is(toolConfig(GOOD).compartmentId, COMPARTMENT);
});

test.run();
