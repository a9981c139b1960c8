// galley use --terraform DIR: what a deployment's outputs become, and what is said when there are none.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { twin } from '../helpers/deployment.ts';
import { needs } from '../helpers/needs.ts';
import { DEFAULT_TWIN } from '../helpers/terraform/twin.ts';
import { NO_TERRAFORM, terraformPrograms } from '../helpers/terraform/workspace.ts';

const GALLEY = resolve('cli/galley.mjs');
const STATE = resolve(DEFAULT_TWIN);
const test = suite<{ home: string }>('galley use');

test.before.each((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'galley-use-'));
  mkdirSync(join(context.home, 'bin'));
});
test.after.each(({ home }) => rmSync(home, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** In an empty directory, with these programs and no others. */
function use(home: string, { programs = [] as readonly string[], directory = 'stack' } = {}): Outcome {
  const path = [join(home, 'bin'), ...programs.map((program) => dirname(program))].join(':');
  try {
    const args = [GALLEY, 'use', '--terraform', directory];
    const env = { PATH: path, HOME: home, CHECKPOINT_DISABLE: '1', NO_COLOR: '1' };
    const output = execFileSync(process.execPath, args, { cwd: home, encoding: 'utf8', env, stdio: 'pipe' });
    return { code: 0, output };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, output: stdout + stderr };
  }
}

/** A program that answers every call the same. */
function program(home: string, { name, answer }: { name: string; answer: object }): void {
  const file = join(home, 'bin', name);
  writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
  chmodSync(file, 0o755);
}

const note = (home: string): { environment: Record<string, string> } =>
  JSON.parse(readFileSync(join(home, '.galley', 'context.json'), 'utf8'));

for (const tool of terraformPrograms().length === 0 ? ['terraform'] : terraformPrograms()) {
  const name = `takes the outputs of a state that ${tool.split('/').at(-1)} reads, without any .tf file`;
  test(name, (context) =>
    needs(terraformPrograms().length > 0, { what: NO_TERRAFORM, name }, async () => {
      mkdirSync(join(context.home, 'stack'));
      writeFileSync(join(context.home, 'stack', 'terraform.tfstate'), readFileSync(STATE));
      const { code, output } = use(context.home, { programs: [tool, '/bin/sh'] });
      assert.is(code, 0, output);
      assert.match(output, /context\.json: bucket galley-source in eu-frankfurt-1/);
      assert.equal(note(context.home).environment, twin.outputs.galley_environment);
    })(),
  );
}

const environment = twin.outputs.galley_environment as Record<string, string>;

test('what is empty is not noted', ({ home }) => {
  const value = { ...environment, GALLEY_CLUSTER_ID: '' };
  program(home, { name: 'tofu', answer: { galley_environment: { value } } });
  assert.is(use(home, { programs: ['/bin/sh'] }).code, 0);
  assert.not.ok('GALLEY_CLUSTER_ID' in note(home).environment);
});

test('outputs of something else are refused, by the name that is missing', ({ home }) => {
  program(home, { name: 'terraform', answer: { vpc_id: { value: 'x' } } });
  const { code, output } = use(home, { programs: ['/bin/sh'] });
  assert.is.not(code, 0);
  assert.match(output, /The outputs of stack have no galley_environment/);
  assert.match(output, /Apply the deploy\/ of this version/);
});

test('a value that is none of its kind is named', ({ home }) => {
  const value = { ...environment, GALLEY_CLUSTER_ID: 'my-cluster' };
  program(home, { name: 'terraform', answer: { galley_environment: { value } } });
  const { code, output } = use(home, { programs: ['/bin/sh'] });
  assert.is.not(code, 0);
  assert.match(output, /GALLEY_CLUSTER_ID/);
});

test('without terraform and tofu it says what was looked for', ({ home }) => {
  const { code, output } = use(home);
  assert.is.not(code, 0);
  assert.match(output, /No Terraform outputs in stack: terraform: .*ENOENT; tofu: .*ENOENT/);
  assert.match(output, /with terraform or tofu on PATH/);
});

test.run();
