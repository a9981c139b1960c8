import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import { needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { startProviders } from '../helpers/terraform/provider.ts';
import { NO_TERRAFORM, openWorkspace, terraformProgram } from '../helpers/terraform/workspace.ts';

const program = terraformProgram();
const runs = suite('deploy/tests');

for (const file of readdirSync('deploy/tests')) {
  const body = async (): Promise<void> => {
    await using providers = await startProviders();
    await using workspace = await openWorkspace({ program: program ?? '', providers });
    await workspace.variables(CANONICAL);
    const { exitCode, output } = await workspace.run('test', '-no-color', `-filter=tests/${file}`);
    assert.equal(exitCode, 0, output);
    assert.match(output, /[1-9]\d* passed, 0 failed/);
  };
  runs(file, needs(program !== undefined, { what: NO_TERRAFORM, name: file }, body));
}

runs.run();
