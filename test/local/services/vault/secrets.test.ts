// The vault, asked by the unmodified client: as the Build Instance, which may read one secret, and as the owner.
import { requests, SecretsClient } from 'oci-secrets';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changedTwin } from '../../../helpers/changed-twin.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../../helpers/region.ts';
import { outcome } from '../object-storage/bucket.ts';

const TOKEN = 'abcdefgh12345678';
const secretId = 'ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaatoken';
const vaultId = 'ocid1.vault.oc1.eu-frankfurt-1.aaaa';

interface Context {
  twin: Awaited<ReturnType<typeof changedTwin>>;
  running: TestRegion;
  client: SecretsClient;
}

const test = suite<Context>('the vault');
test.before(async (context) => {
  context.twin = await changedTwin((state) => {
    const policy = state.at('oci_identity_policy.build_instance');
    const [first = ''] = policy.statements as string[];
    const [subject = ''] = first.split(' to ');
    const here = `in compartment id ${policy.compartment_id}`;
    const read = `${subject} to {SECRET_BUNDLE_READ} ${here} where target.secret.id = '${secretId}'`;
    policy.statements = [...(policy.statements as string[]), read];
    state.add('oci_vault_secret.token', {
      id: secretId,
      secret_name: 'galley-token',
      vault_id: vaultId,
      compartment_id: policy.compartment_id,
      secret_content: [{ content_type: 'BASE64', content: Buffer.from(TOKEN).toString('base64') }],
    });
    // Its content was generated: no state holds it.
    state.add('oci_vault_secret.generated', { id: 'ocid1.vaultsecret.oc1..generated', secret_content: [] });
  });
  context.running = await startTestRegion({ services: ['vault'], twin: context.twin.file });
  const authenticationDetailsProvider = context.running.credentials();
  context.client = new SecretsClient({ authenticationDetailsProvider }, noRetries);
  context.client.endpoint = context.running.endpoint;
});
test.after(async ({ twin, running }) => {
  await running?.stop();
  await twin?.[Symbol.asyncDispose]();
});

test('gives the content by OCID and by name, in base64', async ({ client }) => {
  const byId = (await client.getSecretBundle({ secretId })).secretBundle;
  const content = Reflect.get(byId.secretBundleContent ?? {}, 'content');
  assert.is(Buffer.from(content, 'base64').toString(), TOKEN);
  assert.equal([byId.secretId, byId.versionNumber, byId.stages], [secretId, 1, ['CURRENT', 'LATEST']]);
  const byName = await client.getSecretBundleByName({ secretName: 'galley-token', vaultId });
  assert.is(byName.secretBundle.secretId, secretId);
});

test('has one version, the current one', async ({ client }) => {
  const { items } = await client.listSecretBundleVersions({ secretId });
  assert.equal(
    items.map(({ versionNumber }) => versionNumber),
    [1],
  );
  assert.is((await client.getSecretBundle({ secretId, versionNumber: 1 })).secretBundle.versionNumber, 1);
  assert.is(
    await outcome(client.getSecretBundle({ secretId, versionNumber: 2 })),
    '404 NotAuthorizedOrNotFound',
  );
});

for (const [what, request] of [
  ['of another OCID', { secretId: 'ocid1.vaultsecret.oc1..x' }],
  ['whose content OCI generated', { secretId: 'ocid1.vaultsecret.oc1..generated' }],
  ['in an earlier stage', { secretId, stage: requests.GetSecretBundleRequest.Stage.Previous }],
] as const) {
  test(`a secret ${what} is not there`, async ({ client }) => {
    assert.is(await outcome(client.getSecretBundle(request)), '404 NotAuthorizedOrNotFound');
  });
}

test('opens to whom a statement names: the Build Instance, and no developer', async ({ running }) => {
  const { region } = running;
  const authenticationDetailsProvider = running.credentials('DEVELOPER');
  const developer = new SecretsClient({ authenticationDetailsProvider }, noRetries);
  developer.endpoint = running.endpoint;
  const denied = await outcome(developer.getSecretBundle({ secretId: secretId }));
  assert.is(denied, '404 NotAuthorizedOrNotFound');
  const { compartmentId, tenancyId } = region;
  const id = String(region.twin.of('oci_core_instance')[0]?.values.id);
  const instance = { kind: 'instance', type: 'instance', id, compartmentId, tenancyId } as const;
  const may = (secretId: string) =>
    region.wiring.isAllowed(instance, 'GetSecretBundle', {
      compartmentId,
      variables: { 'target.secret.id': secretId },
    });
  assert.equal([may(secretId), may('ocid1.vaultsecret.oc1..x')], [true, false]);
});

test.run();
