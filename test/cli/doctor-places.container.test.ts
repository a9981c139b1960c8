// galley doctor and policies that are not where, or not what, deploy/ writes: in a compartment between the root and the
// pipeline's, wider than needed, or there only because of a choice.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changedTwin, type StateFile, withoutStatements } from '../helpers/changed-twin.ts';
import { statementsOf, twin } from '../helpers/deployment.ts';
import { complaints, environmentOf, type Visit, visit } from '../helpers/doctor.ts';
import { startTestRegion } from '../helpers/region.ts';

const TEAM = 'ocid1.compartment.oc1..aaaateam';
const SECRET = 'ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaatoken';
const places = suite('the doctor, and where grants stand');
const { tenancy_id: tenancyId, compartment_id: compartmentId } = twin.outputs;

/** The doctor's visit to a changed twin. @param more variables that the deployment's outputs would have */
async function visited(
  change: (state: StateFile) => void,
  more: Readonly<Record<string, string>> = {},
): Promise<Visit> {
  await using changed = await changedTwin(change);
  const region = await startTestRegion({
    twin: changed.file,
    services: [
      'object-storage',
      'events',
      'functions',
      'instance-agent',
      'notifications',
      'resource-scheduler',
    ],
    clockSeconds: 3600,
  });
  const environment = { ...environmentOf(region), ...more };
  return visit(region, { environment }).finally(() => region.stop());
}

/** No cluster and no registry run here; what is said of grants is what counts. */
const ofGrants = (found: Visit): string[] => complaints(found).filter((line) => / grants? of /.test(line));
const detailOf = ({ findings }: Visit, what: string): string =>
  findings.find((one) => one.what === what)?.detail ?? '';

/** The pipeline's compartment is `shop` in `team`, and the policy of poll-build stands in `team`. */
function inTeam(state: StateFile, spelled: (text: string) => string): void {
  state.add('oci_identity_compartment.team', { id: TEAM, name: 'team', compartment_id: tenancyId });
  state.add('oci_identity_compartment.shop', { id: compartmentId, name: 'shop', compartment_id: TEAM });
  const policy = state.at('oci_identity_policy.poll_build');
  Object.assign(policy, {
    compartment_id: TEAM,
    statements: (policy.statements as string[]).map(spelled),
  });
}

const here = `in compartment id ${compartmentId}`;
for (const [what, spelled] of [
  ['by OCID', (text: string) => text],
  ['by name', (text: string) => text.replace(here, 'in compartment shop')],
  ['by path', (text: string) => text.replace(here, 'in compartment team:shop')],
  ['for all that is in it', (text: string) => text.replace(here, `in compartment id ${TEAM}`)],
] as const) {
  places(`a policy in the compartment above is seen: ${what}`, async () => {
    assert.equal(ofGrants(await visited((state) => inTeam(state, spelled))), []);
  });
}

places('and what it lacks is named', async () => {
  const found = await visited((state) => {
    inTeam(state, (text) => text);
    const policy = state.at('oci_identity_policy.poll_build');
    policy.statements = (policy.statements as string[]).filter((text) => !text.includes('{FN_INVOCATION}'));
  });
  assert.is(ofGrants(found).length, 1);
  assert.match(ofGrants(found)[0] ?? '', /^FAIL grant of poll-build: no policy says so .*\{FN_INVOCATION\}/);
});

places('a grant that is wider than needed is a grant, and said to be wide', async () => {
  const found = await visited((state) => {
    const policy = state.at('oci_identity_policy.poll_build');
    const [subject] = String((policy.statements as string[])[0]).split(' to ');
    policy.statements = [`${subject} to manage all-resources ${here}`];
  });
  assert.equal(ofGrants(found), []);
  assert.match(detailOf(found, 'grants of poll-build'), /^8 of 8 statements, 7 of them by wider ones/);
});

const subject = statementsOf(twin)
  .find(({ policy }) => policy === 'build_instance')
  ?.text.split(' to ')[0];
const READ_SECRET = `${subject} to {SECRET_BUNDLE_READ} ${here} where target.secret.id = '${SECRET}'`;
const READ_REPOS = `Allow service FaaS to read repos ${here} where target.repo.name = /functions*/`;

for (const [what, statement, variables, who] of [
  ['an auth token', READ_SECRET, { GALLEY_OCIR_AUTH_TOKEN: SECRET }, 'Build Instance'],
  [
    'a Functions service that pulls',
    READ_REPOS,
    { GALLEY_FUNCTIONS_SERVICE_READS: 'true' },
    'the Functions service',
  ],
] as const) {
  const withGrant = (state: StateFile): void => {
    const policy = state.at('oci_identity_policy.lifecycle');
    policy.statements = [...(policy.statements as string[]), statement];
  };
  places(`${what}: its grant is one of those that must be there`, async () => {
    assert.equal(ofGrants(await visited(withGrant, variables)), []);
    const said = ofGrants(await visited(() => undefined, variables));
    assert.is(said.length, 1);
    assert.ok(said[0]?.startsWith(`FAIL grant of ${who}: no policy says so`) && said[0].endsWith(statement));
  });
}

places('with an auth token nobody asks for the instance’s own right to push', async () => {
  const push = statementsOf(twin).find(({ policy }) => policy === 'build_instance_push')?.text ?? '';
  const found = await visited(
    (state) => {
      withoutStatements(state, { policy: 'build_instance_push', statements: [push] });
      const policy = state.at('oci_identity_policy.build_instance');
      policy.statements = [...(policy.statements as string[]), READ_SECRET];
    },
    { GALLEY_OCIR_AUTH_TOKEN: SECRET },
  );
  assert.equal(ofGrants(found), []);
});

const NODE = { id: 'ocid1.instance.oc1..node', display_name: 'oke-node-1', state: 'RUNNING' };
for (const [what, rule, isNamed] of [
  ['in a group of the whole compartment', `ALL {instance.compartment.id = '${compartmentId}'}`, true],
  [
    'kept out by a tag',
    `ALL {instance.compartment.id = '${compartmentId}', tag.Operations.Role.value = 'build'}`,
    false,
  ],
] as const) {
  places(
    `another instance of the compartment, ${what}: ${isNamed ? 'named' : 'nothing to say'}`,
    async () => {
      const found = await visited((state) => {
        state.at('oci_identity_dynamic_group.build_instance').matching_rule = rule;
        state.add('oci_core_instance.node', { ...NODE, compartment_id: compartmentId });
      });
      const said = complaints(found).filter((line) => / builders: /.test(line));
      assert.is(said.length, isNamed ? 1 : 0);
      if (isNamed)
        assert.match(said[0] ?? '', /^FAIL builders: oke-node-1 may do all that .* build_instance_tag/);
    },
  );
}

places.run();
