import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import { parse } from 'yaml';
import { deployBlocks } from '../helpers/terraform/hcl.ts';

interface Schema {
  readonly variableGroups: readonly { readonly variables: readonly string[]; readonly visible?: boolean }[];
  readonly variables: Readonly<Record<string, SchemaVariable>>;
  readonly outputGroups: readonly { readonly outputs: readonly string[] }[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

interface SchemaVariable {
  readonly type: string;
  readonly title: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly dependsOn?: Readonly<Record<string, string>>;
}

const schema: Schema = parse(readFileSync('deploy/schema.yaml', 'utf8'));
const declared = await deployBlocks();
const resourceManager = suite('deploy/schema.yaml');

const sorted = (names: Iterable<string>): string[] => [...names].sort();

resourceManager('asks for every variable, and for no other', () => {
  assert.deepEqual(sorted(Object.keys(schema.variables)), sorted(declared.variables.keys()));
});

resourceManager('groups every variable once', () => {
  const grouped = schema.variableGroups.flatMap(({ variables }) => variables);
  assert.deepEqual(sorted(grouped), sorted(declared.variables.keys()));
});

resourceManager('shows every output once', () => {
  assert.deepEqual(sorted(Object.keys(schema.outputs)), sorted(declared.outputs.keys()));
  assert.deepEqual(
    sorted(schema.outputGroups.flatMap(({ outputs }) => outputs)),
    sorted(declared.outputs.keys()),
  );
});

resourceManager('has the defaults of the variables', () => {
  for (const [name, { default: shown }] of Object.entries(schema.variables)) {
    const { default: real } = declared.variables.get(name) ?? {};
    if (shown !== undefined) assert.deepEqual(shown, real, name);
  }
});

resourceManager('requires what has no default, and the images', () => {
  const required = Object.entries(schema.variables).filter(([, { required }]) => required === true);
  const withoutDefault = [...declared.variables].filter(([, variable]) => variable.default === undefined);
  const images = [...declared.variables.keys()].filter((name) => name.endsWith('_image'));
  assert.deepEqual(
    sorted(required.map(([name]) => name)),
    sorted([...withoutDefault.map(([name]) => name), ...images, 'name']),
  );
});

resourceManager('hides a secret, and depends on variables that are there', () => {
  for (const [name, { type, title, dependsOn = {} }] of Object.entries(schema.variables)) {
    assert.ok(title.length > 0, name);
    assert.equal(type === 'password', declared.variables.get(name)?.sensitive === true, name);
    for (const reference of Object.values(dependsOn)) {
      assert.ok(schema.variables[reference.replace(/^\$\{(.*)\}$/, '$1')], `${name} depends on ${reference}`);
    }
  }
});

resourceManager('leaves the variables filled in by Resource Manager alone', () => {
  const hidden = schema.variableGroups.find(({ visible }) => visible === false)?.variables ?? [];
  for (const name of ['tenancy_ocid', 'region']) assert.ok(hidden.includes(name), name);
});

resourceManager.run();
