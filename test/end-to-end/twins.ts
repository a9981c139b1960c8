// Twins of other deployments than the default one: its Terraform state with a few attributes changed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TWIN } from '../../local/options.ts';

interface State {
  readonly resources: {
    readonly type: string;
    readonly instances: { attributes: Record<string, unknown> }[];
  }[];
}

export interface OtherTwin {
  /** Path of the state file. */
  readonly file: string;
  /** OCIDs of the Build Instances. */
  readonly instances: readonly string[];
  remove(): Promise<void>;
}

/** @param given how many Build Instances, and what the functions are configured with beside that */
export async function twinOf(given: {
  instances: number;
  config?: Readonly<Record<string, string>>;
}): Promise<OtherTwin> {
  const state: State = JSON.parse(await readFile(DEFAULT_TWIN, 'utf8'));
  const pool = addInstances(state, given.instances);
  const config = { GALLEY_BUILD_INSTANCE_ID: pool.join(','), ...given.config };
  for (const { attributes } of instancesOf(state, 'oci_functions_application')) {
    attributes.config = { ...(attributes.config as object), ...config };
  }
  for (const { attributes } of instancesOf(state, 'oci_identity_policy')) {
    attributes.statements = (attributes.statements as string[]).flatMap((text) => ofPool(text, pool));
  }
  const directory = await mkdtemp(join(tmpdir(), 'galley-twin-'));
  const file = join(directory, 'twin.tfstate.json');
  await writeFile(file, JSON.stringify(state));
  return { file, instances: pool, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** How deploy/iam.tf names the Build Instances a command may be created on. */
const ONE = /any \{target\.instance\.id = '[^']+'\}/;

/** A pool's policies: a command may be created on any of them, and its creator may look which one is fit. */
function ofPool(text: string, pool: readonly string[]): string[] {
  if (!ONE.test(text)) return [text];
  const any = `any {${pool.map((id) => `target.instance.id = '${id}'`).join(', ')}}`;
  const look = text.replace('INSTANCE_AGENT_COMMAND_CREATE', 'INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ');
  return [text.replace(ONE, any), look.replace(/ where .*/, '')];
}

/** Copies of the first one: all that differs is the end of the OCID, and the number in the name. */
function addInstances(state: State, count: number): string[] {
  const all = instancesOf(state, 'oci_core_instance');
  const [first] = all;
  if (first === undefined) throw new Error('the default twin has no Build Instance');
  const id = String(first.attributes.id);
  while (all.length < count) {
    const number = all.length + 1;
    const more = { id: `${id.slice(0, -1)}${number}`, display_name: `galley-build-${number}` };
    all.push({ ...first, attributes: { ...first.attributes, ...more } });
  }
  return all.map(({ attributes }) => String(attributes.id));
}

function instancesOf(state: State, type: string): State['resources'][number]['instances'] {
  const found = state.resources.filter((resource) => resource.type === type);
  if (found.length === 0) throw new Error(`the default twin has no ${type}`);
  const [only] = found;
  return found.length === 1 && only ? only.instances : found.flatMap(({ instances }) => instances);
}
