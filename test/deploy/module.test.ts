import { strict as assert } from 'node:assert';
import { suite } from 'uvu';
import { needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { type Providers, startProviders } from '../helpers/terraform/provider.ts';
import {
  NO_TERRAFORM,
  openWorkspace,
  terraformProgram,
  type Workspace,
} from '../helpers/terraform/workspace.ts';

const program = terraformProgram();
const module = suite<{ providers: Providers; workspace: Workspace }>('deploy/');

module.before(async (context) => {
  if (program === undefined) return;
  context.providers = await startProviders();
  context.workspace = await openWorkspace({ program, providers: context.providers });
  await context.workspace.variables(CANONICAL);
});
module.after(async ({ providers, workspace }) => {
  await workspace?.[Symbol.asyncDispose]();
  await providers?.[Symbol.asyncDispose]();
});

function check(name: string, body: (workspace: Workspace) => Promise<void>): void {
  module(name, (context) =>
    needs(program !== undefined, { what: NO_TERRAFORM, name }, () => body(context.workspace))(),
  );
}

check('is formatted', async ({ must }) => {
  await must('fmt', '-check', '-recursive', '-diff');
});

check('is valid, without a warning', async ({ must }) => {
  const { valid, warning_count } = JSON.parse(await must('validate', '-json'));
  assert.deepEqual({ valid, warning_count }, { valid: true, warning_count: 0 });
});

check('apply, and a second plan is empty', async (workspace) => {
  await workspace.must('apply', '-auto-approve', '-no-color');
  assert.deepEqual(await changes(workspace), {});
});

const VARIABLE_CHANGES: readonly [
  variable: string,
  value: unknown,
  changed: Readonly<Record<string, string>>,
][] = [
  ['log_retention_in_days', 7, { 'oci_objectstorage_object_lifecycle_policy.state': 'update' }],
  ['build_instance_ocpus', 4, { 'oci_core_instance.build[0]': 'update' }],
  ['alert_email', 'ops@example.com', { 'oci_ons_subscription.failures[0]': 'create' }],
  [
    'build_slots',
    3,
    { 'oci_core_instance.build[0]': 'delete,create', 'oci_functions_application.this': 'update' },
  ],
  [
    'poll_build_image',
    CANONICAL.poll_build_image.replace(':0.1.0', ':0.2.0'),
    { 'oci_functions_function.poll_build': 'update' },
  ],
  ['apps', ['shop'], { 'oci_artifacts_container_repository.app["shop"]': 'create' }],
];

for (const [variable, value, changed] of VARIABLE_CHANGES) {
  check(`a change of ${variable} changes nothing else`, async (workspace) => {
    const found = await changes(workspace, { [variable]: value });
    // A new instance has an id that is not known yet; what names it is seen to change along.
    const followers = /^oci_identity_policy\.(upload_trigger|poll_build)$/;
    const isReplaced = Object.values(changed).includes('delete,create');
    const own = Object.entries(found).filter(([address]) => !(isReplaced && followers.test(address)));
    assert.deepEqual(Object.fromEntries(own), changed);
  });
}

check('destroy leaves nothing', async (workspace) => {
  await workspace.must('destroy', '-auto-approve', '-no-color');
  const { resources } = await workspace.state();
  assert.deepEqual(resources, []);
});

/** Address → what a plan would do there, as Terraform's plan format names it. */
async function changes(
  workspace: Workspace,
  values: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, string>> {
  await workspace.variables({ ...CANONICAL, ...values });
  await workspace.must('plan', '-out=plan', '-no-color');
  await workspace.variables(CANONICAL);
  const plan: { resource_changes: readonly Change[] } = JSON.parse(
    await workspace.must('show', '-json', 'plan'),
  );
  const real = plan.resource_changes.filter(
    ({ mode, change }) => mode === 'managed' && change.actions[0] !== 'no-op',
  );
  return Object.fromEntries(real.map(({ address, change }) => [address, change.actions.join(',')]));
}

interface Change {
  readonly address: string;
  readonly mode: string;
  readonly change: { readonly actions: readonly string[] };
}

module.run();
