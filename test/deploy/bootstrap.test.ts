// The way of a first deployment, as deploy/README.md tells it: its own commands, in its own order.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needs } from '../helpers/needs.ts';
import { CANONICAL } from '../helpers/terraform/canonical.ts';
import { deployBlocks } from '../helpers/terraform/hcl.ts';
import { startProviders } from '../helpers/terraform/provider.ts';
import { NO_TERRAFORM, openWorkspace, terraformPrograms } from '../helpers/terraform/workspace.ts';

/** Words of the commands in the block of "First time", without `terraform -chdir=deploy`. */
const section =
  /## First time\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readFileSync('deploy/README.md', 'utf8'))?.[1] ?? '';
const commands = section
  .split('\n')
  .flatMap((line) => /\bterraform -chdir=deploy ([^#")]+)/.exec(line)?.[1] ?? [])
  .map((words) => words.trim().split(/\s+/));
const [targeted = [], prefix = [], whole = []] = commands.filter(([first]) => first !== 'init');

const programs = terraformPrograms();
const first = suite('a first deployment');

first('has three steps', () => {
  assert.equal([targeted[0], prefix[0], whole[0]], ['apply', 'output', 'apply']);
});

for (const program of programs.length === 0 ? ['terraform'] : programs) {
  const name = `repositories without any image, their address, and the rest, with ${program.split('/').at(-1)}`;
  const body = async (): Promise<void> => {
    await using providers = await startProviders();
    await using workspace = await openWorkspace({ program, providers });
    const images = Object.entries(CANONICAL).filter(([variable]) => variable.endsWith('_image'));
    const others = Object.entries(CANONICAL).filter(([variable]) => !variable.endsWith('_image'));
    await workspace.variables(Object.fromEntries(others));
    await workspace.must(...targeted, '-auto-approve', '-no-color');
    const types = (await workspace.state()).resources
      .filter(({ mode }) => mode === 'managed')
      .map(({ type }) => type);
    assert.equal(types, ['oci_artifacts_container_repository']);
    const address = await workspace.must(...prefix, '-no-color');
    for (const [, image] of images) assert.ok(String(image).startsWith(`${address}/`), address);
    await workspace.variables(CANONICAL);
    await workspace.must(...whole, '-auto-approve', '-no-color');
  };
  first(name, needs(programs.length > 0, { what: NO_TERRAFORM, name }, body));
}

first('groups and policies stand, and have had their minute, before the instance is made', async () => {
  const { resources } = await deployBlocks();
  const text = (address: string): string => JSON.stringify(resources.get(address)?.block ?? {});
  assert.match(text('oci_core_instance.build'), /"depends_on":\[[^\]]*time_sleep\.iam_settled/);
  assert.match(text('time_sleep.iam_settled'), /oci_identity_policy\.build_instance\.id/);
  assert.match(text('oci_identity_policy.build_instance'), /oci_identity_dynamic_group\.build_instance\.id/);
  assert.match(text('time_sleep.iam_settled'), /"create_duration":"\d\d+s"/);
});

first.run();
