import { strict as assert } from 'node:assert';
import { suite } from 'uvu';
import { needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { startProviders } from '../helpers/terraform/provider.ts';
import { NO_TERRAFORM, openWorkspace, terraformProgram } from '../helpers/terraform/workspace.ts';

const program = terraformProgram();
const variables = suite('bad variables');

const BAD: Readonly<Record<string, unknown>> = {
  tenancy_ocid: 'ocid1.compartment.oc1..aaaa',
  compartment_ocid: 'galley',
  region: 'FRA',
  name: 'Galley',
  cluster_ocid: 'ocid1.instance.oc1.eu-frankfurt-1.aaaa',
  cluster_compartment_ocid: 'x',
  functions_subnet_ocid: 'ocid1.vcn.oc1.eu-frankfurt-1.aaaa',
  build_subnet_ocid: 'subnet',
  vcn_cidr: '10.0.0.0/8',
  source_bucket_name: 'no spaces',
  state_bucket_name: 'no/slash',
  log_retention_in_days: 0,
  upload_version_retention_in_days: 1.5,
  ocir_repository_prefix: 'team/galley',
  apps: ['shop', 'Not A Label'],
  ocir_username: 'a b',
  ocir_auth_token: 'short',
  ocir_auth_token_secret_ocid: 'ocid1.vault.oc1.eu-frankfurt-1.aaaa',
  upload_trigger_image: 'fra.ocir.io/ns/upload-trigger:latest',
  poll_build_image: 'poll-build@sha256:00',
  apply_image: 'apply',
  functions_memory_in_mbs: 100,
  allowed_kinds: ['clusterrole'],
  allowed_namespaces: ['Not a name'],
  build_instance_count: 0,
  build_instance_shape: 'VM.Standard.A1.Flex',
  build_instance_ocpus: 0,
  build_instance_memory_in_gbs: 2,
  build_instance_boot_volume_in_gbs: 10,
  build_instance_image_ocid: 'Oracle-Linux-9',
  build_instance_tag: 'role=builder',
  build_slots: 6,
  build_timeout_in_seconds: 5,
  delivery_timeout_in_seconds: 1,
  build_cache_hours: 0,
  developers_group_ocid: 'ocid1.dynamicgroup.oc1..aaaa',
  alert_email: 'ops',
};

const name = 'each is named, with what was expected';
variables(
  name,
  needs(program !== undefined, { what: NO_TERRAFORM, name }, async () => {
    await using providers = await startProviders();
    await using workspace = await openWorkspace({ program: program ?? '', providers });
    await workspace.variables({ ...CANONICAL, ...BAD });
    const { exitCode, output } = await workspace.run('plan', '-no-color');
    assert.equal(exitCode, 1);
    const words = output.replace(/\s+/g, ' ');
    const unnamed = Object.keys(BAD).filter(
      (variable) => !new RegExp(`${variable} must (be|not) `).test(words),
    );
    assert.deepEqual(unnamed, [], output);
  }),
);

const missing = 'missing ones are asked for by name';
variables(
  missing,
  needs(program !== undefined, { what: NO_TERRAFORM, name: missing }, async () => {
    await using providers = await startProviders();
    await using workspace = await openWorkspace({ program: program ?? '', providers });
    const { exitCode, output } = await workspace.run('plan', '-no-color', '-input=false');
    assert.equal(exitCode, 1);
    for (const variable of ['tenancy_ocid', 'compartment_ocid', 'region', 'cluster_ocid']) {
      assert.match(output, new RegExp(`variable "${variable}" is not set`));
    }
  }),
);

variables.run();
