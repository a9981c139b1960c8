// A deployment with `ocir_username` and `ocir_auth_token`: the Build Instance reads the token from the vault and pushes as
// that user. The policies are exactly those that deploy/ writes for it, and the user's own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Denial } from '../../local/services/identity/access.ts';
import { openUsers } from '../../local/services/identity/users.ts';
import { parseTwin } from '../../local/twin.ts';
import { deployed } from '../end-to-end/ended.ts';
import { type Pipeline, startPipeline } from '../end-to-end/pipeline.ts';
import { complaints, visit } from '../helpers/doctor.ts';
import { needs } from '../helpers/needs.ts';
import { generateTwin } from '../helpers/terraform/twin.ts';
import { NO_TERRAFORM, terraformProgram } from '../helpers/terraform/workspace.ts';
import { SMALL } from './scenario.ts';

const TOKEN = 'an-auth-token-16';
const program = terraformProgram();

interface Scene {
  readonly pipeline: Pipeline;
  /** What the region says of IAM. */
  usage(part: string): Promise<number>;
}

/** @param without part of a statement that is taken away from what deploy/ writes */
async function scene(body: (scene: Scene) => Promise<void>, without?: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'galley-token-'));
  const options = { ocir_username: 'developer', ocir_auth_token: TOKEN };
  const state = JSON.parse(await generateTwin(program ?? '', options));
  giveUser(state, directory);
  if (without !== undefined) takeAway(state, without);
  const twin = join(directory, 'twin.tfstate.json');
  await writeFile(twin, JSON.stringify(state));
  try {
    const kind = { cluster: 'stand-in', functions: 'processes', pods: 'played' } as const;
    const pipeline = await startPipeline({ ...kind, twin });
    const usage = async (part: string): Promise<number> => {
      const all = (await pipeline.admin('GET', '/_galley/identity/usage')) as readonly {
        statement: string;
        count: number;
      }[];
      return all
        .filter(({ statement }) => statement.includes(part))
        .reduce((sum, { count }) => sum + count, 0);
    };
    await body({ pipeline, usage }).finally(() => pipeline.stop());
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface State {
  outputs: Record<string, { value: unknown }>;
  resources: {
    mode: string;
    type: string;
    name: string;
    instances: { attributes: { statements?: string[] } & Record<string, unknown> }[];
  }[];
}

/** What deploy/README.md asks for beside deploy/: a user with an auth token who may push, and nodes that may pull. */
function giveUser(state: State, directory: string): void {
  const { outputs } = parseTwin(JSON.stringify(state), 'twin');
  const [tenancyId, region] = [String(outputs.tenancy_id), String(outputs.region)];
  const user = openUsers(tenancyId, { directory, region }).find(({ name }) => name === 'developer');
  const place = 'in tenancy where';
  const apps = 'target.repo.name = /galley*/';
  const push = `{REPOSITORY_READ, REPOSITORY_UPDATE, REPOSITORY_CREATE} ${place} ${apps}`;
  const pull = `{REPOSITORY_READ} ${place} all {request.principal.type = 'instance', ${apps}}`;
  const managed = (type: string, attributes: Record<string, unknown>): State['resources'][number] => ({
    mode: 'managed',
    type,
    name: 'of_the_user',
    instances: [{ attributes }],
  });
  state.resources.push(
    managed('oci_identity_auth_token', { user_id: user?.id, token: TOKEN }),
    managed('oci_identity_policy', {
      name: 'pushers',
      compartment_id: tenancyId,
      statements: [`Allow group galley-developers to ${push}`, `Allow any-user to ${pull}`],
    }),
  );
}

function takeAway(state: State, part: string): void {
  for (const { attributes } of state.resources.flatMap(({ instances }) => instances)) {
    const { statements } = attributes;
    if (statements !== undefined) attributes.statements = statements.filter((text) => !text.includes(part));
  }
}

const login = suite('a registry login from the vault');
const check = (name: string, body: () => Promise<void>): void => {
  login(name, needs(program !== undefined, { what: NO_TERRAFORM, name }, body));
};

check('the token is read by its one grant, and the image is pushed as the user', () =>
  scene(async ({ pipeline, usage }) => {
    deployed(await pipeline.ended(await pipeline.upload('vaulted', SMALL)));
    assert.ok((await usage('{SECRET_BUNDLE_READ}')) > 0, 'the secret was never read');
    assert.ok(
      (await usage('Allow group galley-developers to {REPOSITORY_READ')) > 0,
      'the user never pushed',
    );
    const denials = (await pipeline.admin('GET', '/_galley/identity/denials')) as readonly Denial[];
    assert.equal(
      denials.map(({ operation, permission }) => [operation, permission]),
      [],
    );
    assert.equal(complaints(await visit(pipeline.region)), []);
  }),
);

check('without it the build fails at the login, and the doctor names the line', () =>
  scene(async ({ pipeline }) => {
    const key = await pipeline.upload('vaulted', SMALL);
    const again = await pipeline.reached(key, (build) => build.state === 'queued' && build.attempt > 0);
    assert.match(JSON.stringify(again), /NotAuthorizedOrNotFound|login/i);
    const denials = (await pipeline.admin('GET', '/_galley/identity/denials')) as readonly Denial[];
    assert.equal(
      [...new Set(denials.map(({ operation, permission }) => `${operation} ${permission}`))],
      ['GetSecretBundle SECRET_BUNDLE_READ'],
    );
    assert.match(
      complaints(await visit(pipeline.region)).join('\n'),
      /^FAIL grant of Build Instance: no policy says so \| .*\{SECRET_BUNDLE_READ\} in compartment id .* where target\.secret\.id = 'ocid1\.vaultsecret/m,
    );
  }, '{SECRET_BUNDLE_READ}'),
);

login.run();
