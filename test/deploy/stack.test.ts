// The zip for Resource Manager: what is in it, and that Terraform deploys from it alone.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buttonFor, stackFiles, stackZip } from '../../tools/stack.ts';
import { hasProgram, needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { deployFiles } from '../helpers/terraform/hcl.ts';
import { startProviders } from '../helpers/terraform/provider.ts';
import { NO_TERRAFORM, openWorkspace, terraformProgram } from '../helpers/terraform/workspace.ts';

const PROGRAM = '// the program in the zip\n';
const program = terraformProgram();
const stack = suite<{ directory: string }>('the zip for Resource Manager');

stack.before(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'galley-stack-'));
  const bundle = join(context.directory, 'program.mjs');
  await writeFile(bundle, PROGRAM);
  await writeFile(join(context.directory, 'stack.zip'), stackZip(bundle));
});
stack.after(({ directory }) => rm(directory, { recursive: true, force: true }));

stack('has the module at its root, and nothing that is private or only for tests', ({ directory }) => {
  const paths = [...stackFiles(join(directory, 'program.mjs')).keys()];
  for (const file of [...deployFiles(), 'schema.yaml', 'galley-build.mjs'])
    assert.ok(paths.includes(file), file);
  assert.equal(
    paths.filter((path) => /tfstate|tfvars|\.terraform|tests\//.test(path)),
    [],
  );
});

stack('is the same bytes from the same sources', async ({ directory }) => {
  const bundle = join(directory, 'program.mjs');
  assert.equal(stackZip(bundle), stackZip(bundle));
});

/** Unpacked by another program than the one that packed it. */
function unpacked(directory: string): string {
  const target = join(directory, 'unpacked');
  execFileSync('unzip', ['-q', '-o', join(directory, 'stack.zip'), '-d', target]);
  return target;
}

const whole = 'every file comes out as it went in';
stack(whole, (context) =>
  needs(hasProgram('unzip'), { what: 'unzip', name: whole }, async () => {
    const target = unpacked(context.directory);
    for (const [path, content] of stackFiles(join(context.directory, 'program.mjs')))
      assert.ok(content.equals(await readFile(join(target, path))), path);
  })(),
);

const applied = 'Terraform deploys from it alone, with the program that is in it';
stack(applied, (context) => {
  const isPossible = program !== undefined && hasProgram('unzip');
  return needs(isPossible, { what: `unzip, or ${NO_TERRAFORM}`, name: applied }, async () => {
    await using providers = await startProviders();
    const source = unpacked(context.directory);
    await using workspace = await openWorkspace({ program: program ?? '', providers, source });
    await workspace.variables(CANONICAL);
    await workspace.must('apply', '-auto-approve', '-no-color');
    const { resources } = await workspace.state();
    const objects = resources.filter(({ type }) => type === 'oci_objectstorage_object');
    const sha256 = createHash('sha256').update(PROGRAM).digest('hex');
    assert.equal(
      objects.flatMap(({ instances }) => instances.map(({ attributes }) => attributes.metadata)),
      [{ sha256 }],
    );
  })();
});

stack('without the program there is no zip', () => {
  assert.throws(() => stackFiles('/nowhere/galley-build.mjs'), /run `npm run build` first/);
});

stack('the button names the zip, and takes no other address', () => {
  assert.match(
    buttonFor('https://example.com/galley-stack.zip'),
    /stacks\/create\?zipUrl=https%3A%2F%2Fexample\.com%2Fgalley-stack\.zip\)$/,
  );
  assert.throws(() => buttonFor('http://example.com/galley-stack.zip'), /expected https/);
  assert.throws(() => buttonFor('https://example.com/galley'), /expected https/);
});

stack.run();
