import { strict as assert } from 'node:assert';
import { basename } from 'node:path';
import { suite } from 'uvu';
import { needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { startProviders } from '../helpers/terraform/provider.ts';
import { NO_TERRAFORM, openWorkspace, terraformPrograms } from '../helpers/terraform/workspace.ts';

const runs = suite('deploy/tests');
const programs = terraformPrograms();

for (const program of programs.length === 0 ? ['terraform'] : programs) {
  const name = `pass with ${basename(program)}`;
  const body = async (): Promise<void> => {
    await using providers = await startProviders();
    await using workspace = await openWorkspace({ program, providers });
    await workspace.variables(CANONICAL);
    const { exitCode, output } = await workspace.run('test', '-no-color');
    assert.equal(exitCode, 0, output);
    assert.match(output, /[1-9]\d* passed, 0 failed/);
  };
  runs(name, needs(programs.length > 0, { what: NO_TERRAFORM, name }, body));
}

runs.run();
