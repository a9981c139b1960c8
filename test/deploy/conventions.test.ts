import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { findTool } from '../../tools/toolset.ts';
import { needs } from '../helpers/needs.ts';
import { deployBlocks, deployFiles } from '../helpers/terraform/hcl.ts';

const { variables, outputs, resources } = await deployBlocks();
const text = (file: string): string => readFileSync(join('deploy', file), 'utf8');
const tflint = findTool('tflint');
const conventions = suite('conventions of deploy/');

conventions('every variable says what it is, its type, and what it takes', () => {
  // A switch takes what its type says; a path is judged where the file is read.
  const unjudged = [...variables]
    .filter(([, { validation }]) => validation === undefined)
    .map(([name]) => name);
  assert.deepEqual(unjudged.sort(), [
    'create_function_repositories',
    'create_repositories_on_push',
    'galley_build_bundle',
    'grant_functions_service_repository_read',
  ]);
  for (const [name, { description = '', type, nullable }] of variables) {
    assert.match(description, /^[A-Z].{15,}\.$/, `description of ${name}`);
    assert.ok(type !== undefined, `type of ${name}`);
    assert.equal(nullable, false, `${name} is nullable`);
  }
});

conventions('every output says what it is', () => {
  for (const [name, { description = '' }] of outputs) assert.match(description, /\.$/, name);
});

conventions("the original project's names are kept", () => {
  const kept = ['build_instance_ocpus', 'build_instance_memory_in_gbs', 'ocir_username', 'ocir_auth_token'];
  assert.deepEqual(
    kept.filter((name) => !variables.has(name)),
    [],
  );
  assert.ok(outputs.has('build_instance_id'));
  for (const file of ['build-instance.tf', 'iam.tf']) assert.ok(deployFiles().includes(file), file);
});

conventions('nothing is done by a script', () => {
  for (const file of deployFiles())
    assert.doesNotMatch(text(file), /provisioner|local-exec|null_resource|external"/, file);
});

conventions('each principal has a file of its own', () => {
  const principals = [...resources].filter(([address]) => address.startsWith('oci_identity_policy.'));
  for (const [address, { file }] of principals) assert.match(file, /^iam-[a-z-]+\.tf$/, address);
  for (const [address, { file }] of resources) {
    if (address.startsWith('oci_identity_dynamic_group.')) assert.equal(file, 'iam.tf', address);
  }
});

conventions('policies and groups are written in the home region', () => {
  for (const [address, { block }] of resources) {
    if (address.startsWith('oci_identity_')) assert.match(String(block.provider), /oci\.home/, address);
  }
});

conventions('the README and the manifests name outputs, variables and files that are there', () => {
  const readme = text('README.md');
  for (const [, name = ''] of readme.matchAll(/output -raw (\w+)/g)) assert.ok(outputs.has(name), name);
  for (const [, name = ''] of readme.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)) {
    assert.ok(variables.has(name) || outputs.has(name), name);
  }
  for (const [name] of readme.matchAll(/\b[a-z-]+\.tf\b/g)) assert.ok(deployFiles().includes(name), name);
  for (const file of readdirSync('deploy/kubernetes')) {
    for (const [, name = ''] of text(join('kubernetes', file)).matchAll(/terraform output (\w+)/g)) {
      assert.ok(outputs.has(name), `${file}: ${name}`);
    }
  }
});

conventions('files begin with what they are for, and are short', () => {
  for (const file of deployFiles()) {
    assert.match(text(file), /^# \S/, file);
    assert.ok(text(file).split('\n').length <= 180, `${file} is long`);
  }
});

conventions('nothing is declared in vain', () => {
  const all = [...deployFiles(), 'templates/cloud-init.yaml.tftpl'].map(text).join('\n');
  const declared = [
    ...[...variables.keys()].map((name) => `var.${name}`),
    ...[...all.matchAll(/^data "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `data.${type}.${name}`),
    ...[...all.matchAll(/^locals \{$(.*?)^\}$/gms)].flatMap(([, body = '']) =>
      [...body.matchAll(/^ {2}(\w+) +=/gm)].map(([, name]) => `local.${name}`),
    ),
  ];
  assert.ok(declared.length > 60, `${declared.length} declarations found`);
  const used = new Set(all.match(/\b(?:var|local|data\.\w+)\.\w+/g));
  assert.deepEqual(
    declared.filter((name) => !used.has(name)),
    [],
  );
});

conventions('tflint has nothing to say', () =>
  needs(tflint !== undefined, { what: 'tflint; its module is not on every Go proxy', name: 'tflint' }, () =>
    execFileSync(tflint ?? '', ['--chdir=deploy'], { encoding: 'utf8' }),
  )(),
);

conventions('the example sets every variable that has no default, and names none that is not there', () => {
  const example = text('terraform.tfvars.example');
  const named = [...example.matchAll(/^(?:# )?([a-z_]+) +=/gm)].map(([, name = '']) => name);
  assert.deepEqual(
    named.filter((name) => !variables.has(name)),
    [],
  );
  const set = [...example.matchAll(/^([a-z_]+) +=/gm)].map(([, name]) => name);
  const needed = [...variables]
    .filter(([, variable]) => variable.default === undefined)
    .map(([name]) => name);
  assert.deepEqual(
    needed.filter((name) => !set.includes(name)),
    [],
  );
});

conventions.run();
