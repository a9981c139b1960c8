import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resourcePrincipal } from '../../../shared/oci/principal.ts';

const test = suite<{ directory: string }>('resource principal');
test.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'galley-principal-'));
});
test.after.each(({ directory }) => rmSync(directory, { recursive: true }));

function tokenUntil(seconds: number, mark = ''): string {
  const payload = JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds, mark });
  return `h.${Buffer.from(payload).toString('base64url')}.s`;
}

function envOf(directory: string) {
  return {
    OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
    OCI_RESOURCE_PRINCIPAL_RPST: join(directory, 'rpst'),
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: join(directory, 'private.pem'),
  };
}

function write(directory: string, { token, pem = 'PEM' }: { token: string; pem?: string }): void {
  writeFileSync(join(directory, 'rpst'), token);
  writeFileSync(join(directory, 'private.pem'), pem);
}

test('token and key come from files, a newline at the end does no harm', async ({ directory }) => {
  const token = tokenUntil(900);
  write(directory, { token: `${token}\n` });
  const principal = resourcePrincipal(envOf(directory));
  assert.is(await principal.getKeyId(), `ST$${token}`);
  assert.is(principal.getPrivateKey(), 'PEM');
  assert.is(principal.getPassphrase(), null);
});

test('literal values need no files', async () => {
  const token = tokenUntil(900);
  const principal = resourcePrincipal({
    OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
    OCI_RESOURCE_PRINCIPAL_RPST: token,
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: '-----BEGIN',
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE: 'word',
  });
  assert.is(await principal.getKeyId(), `ST$${token}`);
  assert.is(principal.getPassphrase(), 'word');
});

test('a good session is kept, one about to end is read anew with its key', async ({ directory }) => {
  const first = tokenUntil(900);
  write(directory, { token: first });
  const principal = resourcePrincipal(envOf(directory));
  await principal.getKeyId();
  const second = tokenUntil(30);
  write(directory, { token: second, pem: 'PEM 2' });
  assert.is(await principal.getKeyId(), `ST$${first}`);
  await principal.refresh?.();
  assert.is(await principal.getKeyId(), `ST$${second}`);
  assert.is(principal.getPrivateKey(), 'PEM 2');
  const third = tokenUntil(900, 'third');
  write(directory, { token: third, pem: 'PEM 3' });
  assert.is(await principal.getKeyId(), `ST$${third}`);
  assert.is(principal.getPrivateKey(), 'PEM 3');
});

test('a token that is no JWT is used, and read for every request', async ({ directory }) => {
  write(directory, { token: 'opaque' });
  const principal = resourcePrincipal(envOf(directory));
  assert.is(await principal.getKeyId(), 'ST$opaque');
  write(directory, { token: 'other' });
  assert.is(await principal.getKeyId(), 'ST$other');
});

for (const [what, change, message] of [
  [
    'no version',
    { OCI_RESOURCE_PRINCIPAL_VERSION: '' },
    'OCI_RESOURCE_PRINCIPAL_VERSION: expected 2.2, got ""',
  ],
  ['no token', { OCI_RESOURCE_PRINCIPAL_RPST: '' }, 'OCI_RESOURCE_PRINCIPAL_RPST is missing'],
  ['no file', { OCI_RESOURCE_PRINCIPAL_RPST: '/nowhere/rpst' }, 'OCI_RESOURCE_PRINCIPAL_RPST: ENOENT'],
] as const) {
  test(`${what} is told by the variable's name`, async ({ directory }) => {
    write(directory, { token: 't' });
    const error = await resourcePrincipal({ ...envOf(directory), ...change })
      .getKeyId()
      .catch((thrown) => thrown);
    assert.ok(error.message.startsWith(`No resource principal: ${message}`), error.message);
    assert.is(error.reason, 'NoPrincipal');
  });
}

test.run();
