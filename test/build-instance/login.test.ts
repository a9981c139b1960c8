// The two logins to OCIR: a token of the principal's own, and a user's auth token from a vault.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenLogin, vaultLogin } from '../../shared/oci/registry-login.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}
const test = suite<{ server: Server; endpoint: string; asked: IncomingMessage[]; answers: Answer[] }>(
  'login',
);

test.before.each(async (context) => {
  context.asked = [];
  context.answers = [];
  context.server = createServer((request, response) => {
    context.asked.push(request);
    const { status, body } = context.answers.shift() ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => context.server.listen(0, '127.0.0.1', resolve));
  const address = context.server.address();
  context.endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
test.after.each(({ server }) => {
  server.closeAllConnections();
  server.close();
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = {
  getKeyId: async () => 'ST$token',
  getPrivateKey: () => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  getPassphrase: () => null,
};
const HOST = 'fra.ocir.io';

test('a token: a signed GET, and the user BEARER_TOKEN', async ({ endpoint, asked, answers }) => {
  answers.push({ status: 200, body: { token: 'jwt', access_token: 'jwt', expires_in: 3600 } });
  const login = await tokenLogin({ provider, region: 'eu-frankfurt-1', endpoint }, HOST);
  assert.equal([login.host, login.username, login.password.reveal()], [HOST, 'BEARER_TOKEN', 'jwt']);
  assert.is(`${login.password}`, '[secret]');
  assert.is(asked[0]?.url, '/20180419/docker/token');
  assert.match(asked[0]?.headers.authorization ?? '', /^Signature version="1",keyId="ST\$token"/);
});

test('a registry in trouble is asked again', async ({ endpoint, answers, asked }) => {
  answers.push({ status: 503, body: { code: 'ServiceUnavailable', message: 'later' } });
  answers.push({ status: 200, body: { access_token: 'jwt' } });
  const login = await tokenLogin({ provider, region: 'eu-frankfurt-1', endpoint }, HOST);
  assert.is(login.password.reveal(), 'jwt');
  assert.is(asked.length, 2);
});

test('a refusal is told in the registry’s words', async ({ endpoint, answers }) => {
  answers.push({ status: 403, body: { code: 'NotAllowed', message: 'not in this tenancy' } });
  const error = await tokenLogin({ provider, region: 'r', endpoint }, HOST).catch((thrown) => thrown);
  assert.match(
    error.message,
    /asking fra\.ocir\.io for a registry token: 403 NotAllowed: not in this tenancy/,
  );
});

test('an answer without a token is no login', async ({ endpoint, answers }) => {
  answers.push({ status: 200, body: {} });
  const error = await tokenLogin({ provider, region: 'r', endpoint }, HOST).catch((thrown) => thrown);
  assert.is(error.reason, 'NoToken');
});

test('a secret of a vault, with the user it belongs to', async ({ endpoint, answers, asked }) => {
  const content = Buffer.from('auth-token\n').toString('base64');
  const secretId = 'ocid1.vaultsecret.oc1..aaaa';
  answers.push({
    status: 200,
    body: { secretId, versionNumber: 1, secretBundleContent: { contentType: 'BASE64', content } },
  });
  const options = { host: HOST, username: 'ns/ada', secretId };
  const login = await vaultLogin({ provider, region: 'r', endpoint }, options);
  assert.equal([login.username, login.password.reveal()], ['ns/ada', 'auth-token']);
  assert.is(asked[0]?.url?.split('?')[0], `/20190301/secretbundles/${secretId}`);
});

test.run();
