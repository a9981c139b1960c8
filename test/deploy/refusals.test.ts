import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import { needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { startProviders } from '../helpers/terraform/provider.ts';
import { refusals } from '../helpers/terraform/refusals.ts';
import { type ObjectValue, UNKNOWN } from '../helpers/terraform/values.ts';
import { NO_TERRAFORM, openWorkspace, terraformProgram } from '../helpers/terraform/workspace.ts';

const COMPARTMENT = 'ocid1.compartment.oc1..aaaa';
const TENANCY = 'ocid1.tenancy.oc1..aaaa';
const FUNCTION = 'ocid1.fnfunc.oc1.eu-frankfurt-1.aaaa';
const policy = (statement: string, compartment_id = COMPARTMENT): ObjectValue => ({
  compartment_id,
  name: 'p',
  statements: [statement],
});
const plugin = (name: string, desired_state = 'ENABLED'): ObjectValue => ({
  agent_config: [{ plugins_config: [{ name, desired_state }] }],
});
const shape = (ocpus: number, memory_in_gbs: number): ObjectValue => ({
  shape_config: [{ ocpus, memory_in_gbs }],
});
const cron = (recurrence_details: string): ObjectValue => ({ recurrence_type: 'CRON', recurrence_details });
const action = (values: ObjectValue): ObjectValue => ({ actions: [{ action: [values] }] });

/** Resource type, its values, and a word of the refusal; '' when it must be accepted. */
const CASES: readonly [type: string, value: ObjectValue, refusal: string][] = [
  ['provider', { region: 'eu-frankfurt-1' }, ''],
  ['provider', { region: 'eu-frankfurt-9' }, 'no region of OCI'],
  ['oci_functions_function', { memory_in_mbs: '256' }, ''],
  ['oci_functions_function', { memory_in_mbs: '200' }, 'memory_in_mbs: "200" must be one of 128'],
  ['oci_functions_function', { timeout_in_seconds: 301 }, 'from 5 to 300'],
  ['oci_functions_function', { detached_mode_timeout_in_seconds: 4000 }, 'from 5 to 3600'],
  ['oci_functions_function', { image: 'fra.ocir.io/ns/apply' }, 'an image with a tag'],
  ['oci_functions_function', { image_digest: 'sha256:00' }, '64 hex digits'],
  ['oci_functions_function', { config: { 'GALLEY-REGION': 'x' } }, 'the key "GALLEY-REGION"'],
  ['oci_functions_function', { config: { KEY: 'x'.repeat(4094) } }, '4097 bytes; OCI takes 4096'],
  ['oci_functions_function', { config: { KEY: 'x'.repeat(4093) } }, ''],
  ['oci_functions_function', { config: { KEY: UNKNOWN } }, ''],
  ['oci_functions_application', { subnet_ids: [] }, 'it takes 1 to 3'],
  ['oci_functions_application', { subnet_ids: ['ocid1.vcn.oc1.x.aaaa'] }, 'must be the OCID of a subnet'],
  ['oci_functions_application', { shape: 'ARM' }, 'GENERIC_ARM'],
  ['oci_objectstorage_bucket', { name: 'my bucket' }, 'letters, digits'],
  ['oci_objectstorage_bucket', { versioning: 'enabled' }, 'one of Enabled'],
  ['oci_objectstorage_bucket', { versioning: 'Enabled', retention_rules: [{}] }, 'no retention rules'],
  ['oci_objectstorage_object_lifecycle_policy', { rules: [{ action: 'REMOVE' }] }, 'one of ARCHIVE'],
  ['oci_objectstorage_object_lifecycle_policy', { rules: [{ time_amount: '0' }] }, 'at least 1'],
  ['oci_artifacts_container_repository', { display_name: 'Galley/Shop' }, 'lower-case'],
  ['oci_core_instance', plugin('Compute Instance Run Command'), ''],
  ['oci_core_instance', plugin('Run Command'), '"Run Command" must be one of'],
  ['oci_core_instance', plugin('Bastion', 'enabled'), 'ENABLED, DISABLED'],
  ['oci_core_instance', shape(1, 64), ''],
  ['oci_core_instance', shape(1, 65), '65 GB for 1 OCPUs'],
  ['oci_core_instance', shape(4, 2), '1 to 64 for each'],
  ['oci_core_instance', { metadata: { user_data: 'x'.repeat(32_000) } }, 'OCI takes 32000'],
  ['oci_core_instance', { source_details: [{ boot_volume_size_in_gbs: '20' }] }, 'from 50 to 32768'],
  ['oci_core_instance', { create_vnic_details: [{ subnet_id: COMPARTMENT }] }, 'the OCID of a subnet'],
  ['oci_core_vcn', { dns_label: 'my-vcn' }, 'lower-case letters and digits'],
  ['oci_identity_dynamic_group', { compartment_id: COMPARTMENT }, 'the OCID of the tenancy'],
  ['oci_identity_dynamic_group', { matching_rule: "ALL {resource.type = 'fnfunc'}" }, ''],
  ['oci_identity_dynamic_group', { matching_rule: "ALL {resource.kind = 'fnfunc'}" }, 'resource.kind'],
  ['oci_identity_policy', policy('Allow group Ops to read buckets in tenancy', TENANCY), ''],
  ['oci_identity_policy', policy('Allow group Ops to read buckets in tenancy'), 'not in the policy'],
  ['oci_identity_policy', policy(`Allow group Ops to raed buckets in compartment id ${COMPARTMENT}`), 'verb'],
  [
    'oci_identity_policy',
    policy(`Allow group Ops to read bukets in compartment id ${COMPARTMENT}`),
    'buckets',
  ],
  ['oci_identity_policy', { statements: Array.from({ length: 51 }, () => UNKNOWN) }, '51 items'],
  ['oci_events_rule', { condition: '{' }, 'must be JSON'],
  ['oci_events_rule', action({ action_type: 'FAAS', function_id: FUNCTION }), ''],
  ['oci_events_rule', action({ action_type: 'FAAS', function_id: null }), 'needs function_id'],
  ['oci_events_rule', action({ action_type: 'HTTP' }), 'one of FAAS, ONS, OSS'],
  ['oci_events_rule', action({ action_type: 'FAAS', function_id: TENANCY }), 'the OCID of a fnfunc'],
  ['oci_resource_scheduler_schedule', cron('17 * * * *'), ''],
  ['oci_resource_scheduler_schedule', cron('*/5 * * * *'), 'one minute'],
  ['oci_resource_scheduler_schedule', cron('0 * * *'), 'five fields'],
  ['oci_resource_scheduler_schedule', { action: 'START' }, 'START_RESOURCE'],
  [
    'oci_resource_scheduler_schedule',
    { resources: [{ id: FUNCTION, parameters: [{ parameter_type: 'HEADER' }] }] },
    'one of BODY',
  ],
  ['oci_monitoring_alarm', { repeat_notification_duration: 'PT30S' }, 'a duration'],
  ['oci_monitoring_alarm', { destinations: [FUNCTION] }, 'the OCID of a onstopic'],
  ['oci_ons_subscription', { protocol: 'FUNCTIONS' }, 'ORACLE_FUNCTIONS'],
  ['oci_ons_subscription', { protocol: 'ORACLE_FUNCTIONS', endpoint: TENANCY }, 'the OCID of a fnfunc'],
  ['oci_logging_log', { retention_duration: 45 }, 'one of 30, 60'],
  ['time_sleep', { create_duration: 'a while' }, 'a duration'],
];

const judged = suite('what OCI refuses');
for (const [type, value, refusal] of CASES) {
  judged(`${type} ${JSON.stringify(value).slice(0, 90)} → ${refusal === '' ? 'accepted' : refusal}`, () => {
    const problems = refusals(type, value).map(({ problem }) => problem);
    if (refusal === '') assert.deepEqual(problems, []);
    else
      assert.ok(
        problems.some((problem) => problem.includes(refusal)),
        problems.join('\n') || 'accepted',
      );
  });
}
judged.run();

const program = terraformProgram();
const planned = suite('a refusal in Terraform');

/** A mistake in one file of deploy/, its place, and what is said of it. */
const MISTAKES: readonly [override: string, where: string, problem: RegExp][] = [
  [
    'resource "oci_resource_scheduler_schedule" "hourly" { recurrence_details = "*/5 * * * *" }',
    'oci_resource_scheduler_schedule.hourly',
    /"\*\/5 \* \* \* \*" must be five fields, and one minute/,
  ],
  [
    'resource "oci_core_instance" "build" {\nagent_config {\nplugins_config {\nname = "Run Command"\ndesired_state = "ENABLED"\n}\n}\n}',
    'oci_core_instance.build[0]',
    /"Run Command" must be one of .*Compute Instance Run Command/,
  ],
  [
    'resource "oci_identity_policy" "developers" { statements = ["Allow group Ops to use objekts in tenancy"] }',
    'oci_identity_policy.developers[0]',
    /objekts is no resource type known here/,
  ],
];

for (const [override, where, problem] of MISTAKES) {
  const name = `of ${where} fails the plan, and says where`;
  planned(
    name,
    needs(program !== undefined, { what: NO_TERRAFORM, name }, async () => {
      await using providers = await startProviders();
      await using workspace = await openWorkspace({ program: program ?? '', providers });
      await workspace.variables(CANONICAL);
      await writeFile(join(workspace.directory, 'mistake_override.tf'), `${override}\n`);
      const { exitCode, output } = await workspace.run('plan', '-no-color');
      const words = output.slice(output.indexOf('Error:')).replace(/\s+/g, ' ');
      assert.equal(exitCode, 1);
      assert.match(words, problem);
      assert.ok(words.includes(`with ${where}`), words);
    }),
  );
}
planned.run();
