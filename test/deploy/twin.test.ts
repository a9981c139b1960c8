import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import { needs } from '../helpers/needs.ts';
import { DEFAULT_TWIN, generateTwin } from '../helpers/terraform/twin.ts';
import { NO_TERRAFORM, terraformProgram } from '../helpers/terraform/workspace.ts';

const program = terraformProgram();
const twin = suite('the default twin');

const name = 'is what deploy/ produces';
twin(
  name,
  needs(program !== undefined, { what: NO_TERRAFORM, name }, async () => {
    const generated: State = JSON.parse(await generateTwin(program ?? ''));
    const committed: State = JSON.parse(readFileSync(DEFAULT_TWIN, 'utf8'));
    const hint = 'deploy/ and the default twin differ: run `node test/deploy/regenerate-twin.ts`';
    assert.deepEqual(addresses(committed), addresses(generated), hint);
    assert.deepEqual(committed, generated, hint);
  }),
);

interface State {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly unknown[];
  }[];
}

function addresses({ resources }: State): string[] {
  return resources.map(({ type, name, instances }) => `${type}.${name} × ${instances.length}`);
}

twin.run();
