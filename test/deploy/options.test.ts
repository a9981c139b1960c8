// The choices of a deployment, each applied: the doctor's table of grants is what deploy/ then writes, and the region's
// evaluator takes every statement.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseStatement } from '../../local/services/identity/policy/statement.ts';
import { parseTwin } from '../../local/twin.ts';
import { grantsOf } from '../../shared/oci/survey/grants.ts';
import { missingGrants } from '../../shared/oci/survey/policies.ts';
import { deployment, statementsOf } from '../helpers/deployment.ts';
import { needs } from '../helpers/needs.ts';
import { generateTwin } from '../helpers/terraform/twin.ts';
import { NO_TERRAFORM, terraformProgram } from '../helpers/terraform/workspace.ts';

const SECRET = 'ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaatoken';
const CHOICES: readonly [what: string, variables: Readonly<Record<string, unknown>>][] = [
  ['none', {}],
  ['a pool', { build_instance_count: 2 }],
  ['listed apps only', { create_repositories_on_push: false, apps: ['shop'] }],
  ['an auth token', { ocir_username: 'jane@example.com', ocir_auth_token: 'abcdefgh12345678' }],
  ['a secret that is there', { ocir_username: 'jane', ocir_auth_token_secret_ocid: SECRET }],
  ['a grant for the Functions service', { grant_functions_service_repository_read: true }],
  ['a cluster elsewhere', { cluster_compartment_ocid: 'ocid1.compartment.oc1..aaaacluster' }],
  ['no developers', { developers_group_ocid: '' }],
];

const program = terraformProgram();
const choices = suite('grants of a deployment with');

for (const [what, variables] of CHOICES) {
  const body = async (): Promise<void> => {
    const twin = parseTwin(await generateTwin(program ?? '', variables), what);
    const statements = statementsOf(twin).map(({ text }) => text);
    for (const text of statements) parseStatement(text);
    const grants = grantsOf(deployment(twin));
    assert.equal(grants.map(({ statement }) => statement).sort(), [...statements].sort());
    for (const gone of statements) {
      const missing = missingGrants(grants, { statements: statements.filter((text) => text !== gone) });
      assert.equal(
        missing.map(({ statement }) => statement),
        [gone],
      );
    }
  };
  choices(what, needs(program !== undefined, { what: NO_TERRAFORM, name: what }, body));
}

choices.run();
