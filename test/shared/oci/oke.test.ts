// The way into a cluster: the token's bytes, the kubeconfig's server and CA.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectionOf } from '../../../shared/kubernetes/kubeconfig.ts';
import { clusterKubeconfig, parseKubeconfig } from '../../../shared/oci/kubeconfig.ts';
import { mintToken, okeTokens } from '../../../shared/oci/oke-token.ts';
import type { Provider } from '../../../shared/oci/signing.ts';
import { startTestOci } from '../../helpers/oci.ts';

const test = suite('OKE');
const FIXTURES = 'test/fixtures/oci';
const pem = readFileSync(`${FIXTURES}/oke-token-key.pem`, 'utf8');

interface Vector {
  readonly region: string;
  readonly clusterId: string;
  readonly keyId: string;
  readonly date: string;
  readonly token: string;
}
/** Made with Python's urllib and base64 in the way of OCI CLI's `generate_token` (facts oke-apply §1.3). */
const vectors = JSON.parse(readFileSync(`${FIXTURES}/oke-token-vectors.json`, 'utf8')) as Vector[];

function provider(keyId: string): Provider & { asked: number } {
  const one = {
    asked: 0,
    getKeyId: async () => {
      one.asked += 1;
      return keyId;
    },
    getPrivateKey: () => pem,
    getPassphrase: () => null,
  };
  return one;
}

for (const { region, clusterId, keyId, date, token } of vectors) {
  test(`the token is the CLI's, byte for byte: ${keyId.slice(0, 24)} ${region}`, async () => {
    const place = { region, clusterId };
    assert.is(await mintToken(provider(keyId), { place, date: new Date(date) }), token);
  });
}

test('a realm of its own has a host of its own', async () => {
  const place = { region: 'us-luke-1', clusterId: 'c', secondLevelDomain: 'oraclegovcloud.com' };
  const token = await mintToken(provider('k'), { place, date: new Date(0) });
  const url = Buffer.from(token, 'base64url').toString();
  assert.ok(url.startsWith('https://containerengine.us-luke-1.oraclegovcloud.com/cluster_request/c?'));
});

test('a token is kept for a minute, then minted anew', async () => {
  const who = provider('k');
  let time = 0;
  const tokens = okeTokens(who, { place: { region: 'r', clusterId: 'c' }, now: () => new Date(time) });
  const first = await tokens();
  time = 59_000;
  assert.is(await tokens(), first);
  time = 60_000;
  assert.is.not(await tokens(), first);
  assert.is(who.asked, 2);
});

const CA = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');
function kubeconfig({
  server = 'https://203.0.113.7:6443',
  ca = `certificate-authority-data: ${CA}`,
} = {}): string {
  return `apiVersion: v1
kind: ""
clusters:
- {name: other, cluster: {server: "https://198.51.100.1:6443", certificate-authority-data: eA==}}
- name: cluster-ckjp6cilhpq
  cluster: {server: "${server}", ${ca}}
users:
- {name: u, user: {exec: {command: sh, args: [-c, "touch /tmp/never"]}}}
contexts: [{name: context-ckjp6cilhpq, context: {cluster: cluster-ckjp6cilhpq, user: u}}]
current-context: context-ckjp6cilhpq
`;
}

test('server and CA are of the current context', async () => {
  const { server, tls } = await connectionOf(await parseKubeconfig(kubeconfig(), 'reading'));
  assert.is(server, 'https://203.0.113.7:6443');
  assert.equal(tls?.ca, Buffer.from('-----BEGIN CERTIFICATE-----\n'));
});

for (const [what, text, message] of [
  ['no YAML', '{', /^reading: the kubeconfig cannot be read: /],
  ['no cluster', 'a: 1', /^reading: the kubeconfig has no cluster in its current context$/],
  ['a server with a user', kubeconfig({ server: 'https://u:p@h:1' }), /server is no https URL$/],
  ['a server that is a file', kubeconfig({ server: 'file:///etc' }), /server is no https URL$/],
  ['a server without TLS', kubeconfig({ server: 'http://h:1' }), /server is no https URL$/],
  [
    'no check of the certificate',
    kubeconfig({ ca: `certificate-authority-data: ${CA}, insecure-skip-tls-verify: true` }),
    /no check of the certificate$/,
  ],
  ['no CA', kubeconfig({ ca: 'x: y' }), /authority-data is missing$/],
  [
    'a CA in a file',
    kubeconfig({ ca: 'certificate-authority: /etc/x' }),
    /names a file in certificate-authority$/,
  ],
] as const) {
  test(`a kubeconfig with ${what} is refused`, async () => {
    const error = await parseKubeconfig(text, 'reading').catch((thrown) => thrown);
    assert.match(error.message, message);
    assert.is(error.reason, 'BadKubeconfig');
  });
}

test('the region tells where its cluster is', async () => {
  const oci = await startTestOci(['container-engine']);
  try {
    const [application] = oci.region.region.twin.of('oci_functions_application');
    const config = application?.values.config as Record<string, string>;
    const clusterId = String(config.GALLEY_CLUSTER_ID);
    const { server } = await connectionOf(await clusterKubeconfig(oci.clients, { clusterId }));
    assert.match(server, /^https:\/\/127\.0\.0\.1:\d+$/);
  } finally {
    await oci.stop();
  }
});

test.run();
