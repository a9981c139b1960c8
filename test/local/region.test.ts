// A region as a whole: health, people, restart and the second one that is refused.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_TWIN } from '../../local/options.ts';
import { startRegion } from '../../local/region.ts';
import { startTestRegion, type TestRegion } from '../helpers/region.ts';

const test = suite('region');
let directory: string;
test.before.each(async () => {
  directory = await mkdtemp(join(tmpdir(), 'galley-region-test-'));
});
test.after.each(() => rm(directory, { recursive: true, force: true }));

const json = async (region: TestRegion, path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await (await fetch(`${region.endpoint}${path}`)).text());

test('health says what runs and what is left out', async () => {
  const region = await startTestRegion({ services: ['metadata'] });
  const { status, services, region: name } = await json(region, '/_galley/health');
  await region.stop();
  assert.equal([status, services, name], ['ok', ['identity', 'metadata'], region.region.name]);
});

test('a twin whose policy OCI would refuse does not start, and names the statement', async () => {
  const file = join(directory, 'bad.tfstate');
  const text = (await readFile(DEFAULT_TWIN, 'utf8')).replace(/to use clusters/, 'to use klusters');
  await writeFile(file, text);
  await startRegion({ directory, services: [], twin: file }).then(
    () => assert.unreachable(),
    (error: Error) =>
      assert.match(
        error.message,
        /^Policy .*apply.*, statement \d+: klusters is no resource type.*"clusters"/,
      ),
  );
  await (await startTestRegion({ services: [], directory })).stop();
});

test('people, keys and sessions are the same after a restart', async () => {
  const first = await startTestRegion({ services: [], directory });
  const provider = first.credentials();
  const { rpst } = first.region.wiring.resourcePrincipal(
    String(first.region.twin.of('oci_functions_function')[0]?.values.id),
  );
  const keyId = await provider.getKeyId();
  await first.stop();
  const second = await startTestRegion({ services: [], directory });
  assert.is(await second.credentials().getKeyId(), keyId);
  const authorization = `Signature keyId="ST$${rpst}",algorithm="rsa-sha256",headers="date (request-target) host",signature="AAAA"`;
  const spoilt = {
    method: 'GET',
    url: '/',
    headers: { authorization, date: new Date().toUTCString(), host: 'x' },
  };
  // The token is known, so it gets as far as the signature, which is not the session's.
  assert.throws(() => second.region.wiring.verifySigned(spoilt), /authentication/);
  await second.stop();
});

test('a second region in the same directory is refused, and the first goes on', async () => {
  const first = await startTestRegion({ services: [], directory });
  await startRegion({ directory, services: [] }).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /Another region runs in .*; stop it/),
  );
  assert.is((await fetch(`${first.endpoint}/_galley/health`)).status, 200);
  await first.stop();
  await (await startTestRegion({ services: [], directory })).stop();
});

test('a start that fails leaves nothing behind that would stop the next', async () => {
  const taken = await startTestRegion({ services: [] });
  const port = Number(new URL(taken.endpoint).port);
  await startRegion({ directory, services: [], port }).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /EADDRINUSE/),
  );
  await (await startTestRegion({ services: [], directory })).stop();
  await taken.stop();
});

test('asking for what no service offers says so', async () => {
  const region = await startTestRegion({ services: [] });
  assert.throws(() => region.region.wiring.registryHost(), /No service of this region offers registryHost/);
  await region.stop();
});

test.run();
