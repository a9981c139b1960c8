// Registry tokens: who gets which actions on which repository, and who gets a token at all (facts: iam 4.2, T27).
import { generateKeyPairSync } from 'node:crypto';
import { DefaultRequestSigner } from 'oci-common';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseScopes } from '../../../local/services/registry/access.ts';
import { mintToken, type TokenKey, tokenPrincipal } from '../../../local/services/registry/token.ts';
import type { Principal } from '../../../local/types.ts';
import { hasProgram, needs } from '../../helpers/needs.ts';
import { startTestRegion, type TestRegion } from '../../helpers/region.ts';

const SCOPES = [
  { scope: 'repository:ns/app:pull,push', parsed: [['repository', 'ns/app', 'pull', 'push']] },
  { scope: 'repository:ns/a/b:pull', parsed: [['repository', 'ns/a/b', 'pull']] },
  { scope: 'repository:host:5000/ns/a:pull', parsed: [['repository', 'host:5000/ns/a', 'pull']] },
  {
    scope: 'repository:ns/a:pull repository:ns/b:push',
    parsed: [
      ['repository', 'ns/a', 'pull'],
      ['repository', 'ns/b', 'push'],
    ],
  },
  { scope: 'registry:catalog:*', parsed: [['registry', 'catalog', '*']] },
  { scope: '', parsed: [] },
];

const pure = suite('registry scopes and tokens');

for (const { scope, parsed } of SCOPES) {
  pure(`scope "${scope}"`, () => {
    const read = parseScopes([scope]).map(({ type, name, actions }) => [type, name, ...actions]);
    assert.equal(read, parsed);
  });
}

const principal: Principal = {
  kind: 'instance',
  type: 'instance',
  id: 'i',
  compartmentId: 'c',
  tenancyId: 't',
};
const now = new Date('2026-11-24T10:00:00Z');
const key = newKey();
const token = mintToken(key, { principal, access: [], now });

const payload = Buffer.from(JSON.stringify({ principal, exp: 9e9 })).toString('base64url');

/** Tokens, and whose they are. */
const TOKENS = [
  { what: 'a fresh token', text: token, after: 0, ours: true },
  { what: 'a token in its last second', text: token, after: 3599, ours: true },
  { what: 'a token after an hour', text: token, after: 3600, ours: false },
  {
    what: 'a token with another payload',
    text: token.replace(/\.[^.]+\./, `.${payload}.`),
    after: 0,
    ours: false,
  },
  {
    what: 'a token of another registry',
    text: mintToken(newKey(), { principal, access: [], now }),
    after: 0,
    ours: false,
  },
  { what: 'no token', text: 'secret', after: 0, ours: false },
  { what: 'too many parts', text: `${token}.x`, after: 0, ours: false },
];

for (const { what, text, after, ours } of TOKENS) {
  pure(`${what} is ${ours ? 'ours' : 'refused'}`, () => {
    const read = tokenPrincipal(key, text, new Date(now.getTime() + after * 1000));
    assert.equal(read, ours ? principal : undefined);
  });
}

function newKey(): TokenKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...pair, certificate: 'DER' };
}

pure.run();

const served = suite<{ region: TestRegion }>('registry tokens over http');
const openssl = { what: 'openssl, which makes the key of the tokens', name: 'registry tokens' };
if (hasProgram('openssl')) {
  served.before(async (context) => {
    // A registry that is there already: tokens need no other.
    context.region = await startTestRegion({ services: ['registry'], registry: '127.0.0.1:1' });
  });
  served.after(({ region }) => region.stop());

  /** What a signer asks for, and the actions that are granted. */
  const GRANTS = [
    { profile: 'DEFAULT', repository: 'galleydemo/galley/new', granted: ['pull', 'push'] },
    { profile: 'DEFAULT', repository: 'another/galley/new', granted: [] },
    { profile: 'DEVELOPER', repository: 'galleydemo/galley/new', granted: [] },
  ] as const;

  for (const { profile, repository, granted } of GRANTS) {
    served(`${profile} gets [${granted}] on ${repository}`, async ({ region }) => {
      const url = `${region.endpoint}/20180419/docker/token?service=ocir&scope=repository:${repository}:pull,push`;
      const answer = (await (await signedGet(region, url, profile)).json()) as {
        token: string;
        access_token: string;
      };
      assert.is(answer.token, answer.access_token);
      const { access } = JSON.parse(Buffer.from(answer.token.split('.')[1] ?? '', 'base64url').toString());
      assert.equal(access, [{ type: 'repository', name: repository, actions: granted }]);
    });
  }

  served('a signed token is the password of BEARER_TOKEN', async ({ region }) => {
    const url = `${region.endpoint}/20180419/docker/token`;
    const { token: secret } = (await (await signedGet(region, url)).json()) as { token: string };
    assert.is((await basicGet(url, `BEARER_TOKEN:${secret}`)).status, 200);
    for (const wrong of [
      'BEARER_TOKEN:',
      'BEARER_TOKEN:x.y.z',
      `somebody:${secret}`,
      'galleydemo/user:secret',
    ]) {
      assert.is((await basicGet(url, wrong)).status, 401, wrong);
    }
    assert.is((await fetch(url)).status, 401);
  });

  served('fault registry-error answers an error for its repository alone', async ({ region }) => {
    const fault = { name: 'registry-error', where: 'galley/shop', value: 503 };
    await fetch(`${region.endpoint}/_galley/faults`, { method: 'POST', body: JSON.stringify(fault) });
    const url = (name: string) =>
      `${region.endpoint}/20180419/docker/token?scope=repository:galleydemo/${name}:pull`;
    assert.is((await signedGet(region, url('galley/other'))).status, 200);
    assert.is((await signedGet(region, url('galley/shop'))).status, 503);
    assert.is((await signedGet(region, url('galley/shop'))).status, 200);
  });

  served('notifications are taken from our own registry only', async ({ region }) => {
    const url = `${region.endpoint}/_galley/registry/notifications`;
    const answer = await fetch(url, { method: 'POST', body: '{"events":[]}' });
    assert.is(answer.status, 401);
  });
} else {
  served(
    'tokens',
    needs(false, openssl, () => undefined),
  );
}

function basicGet(url: string, credentials: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } });
}

async function signedGet(
  region: TestRegion,
  uri: string,
  profile?: 'DEFAULT' | 'DEVELOPER',
): Promise<Response> {
  const headers = new Headers();
  await new DefaultRequestSigner(region.credentials(profile)).signHttpRequest({
    method: 'GET',
    uri,
    headers,
  });
  return fetch(uri, { headers });
}

served.run();
