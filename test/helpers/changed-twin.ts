// The default twin with something changed, as a state file of its own.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TWIN } from './terraform/twin.ts';

export type Attributes = Record<string, unknown>;

export interface StateFile {
  /** Attributes of the one resource at an address such as `oci_events_rule.push`. */
  at(address: string): Attributes;
  remove(address: string): void;
  /** One more resource, at an address that is free. */
  add(address: string, attributes: Attributes): void;
}

interface State {
  resources: { type: string; name: string; mode: string; instances: { attributes: Attributes }[] }[];
}

/** Writes the changed state into a directory that goes away with it. */
export async function changedTwin(
  change: (state: StateFile) => void,
): Promise<{ readonly file: string; [Symbol.asyncDispose](): Promise<void> }> {
  const state: State = JSON.parse(await readFile(DEFAULT_TWIN, 'utf8'));
  const isAt = (address: string) => (one: { type: string; name: string }) =>
    `${one.type}.${one.name}` === address;
  change({
    at: (address) => {
      const attributes = state.resources.find(isAt(address))?.instances[0]?.attributes;
      if (attributes === undefined) throw new Error(`The default twin has no ${address}.`);
      return attributes;
    },
    remove: (address) => {
      state.resources = state.resources.filter((one) => !isAt(address)(one));
    },
    add: (address, attributes) => {
      const [type = '', name = ''] = address.split('.');
      state.resources.push({ type, name, mode: 'managed', instances: [{ attributes }] });
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'galley-twin-'));
  const file = join(directory, 'changed.tfstate.json');
  await writeFile(file, JSON.stringify(state));
  return { file, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

/** Takes statements away from a policy. Throws when there is none that matches. */
export function withoutStatements(
  state: StateFile,
  { policy, statements }: { policy: string; statements: readonly string[] },
): void {
  const attributes = state.at(`oci_identity_policy.${policy}`);
  const all = attributes.statements as string[];
  const kept = all.filter((text) => !statements.includes(text));
  if (kept.length !== all.length - statements.length) throw new Error(`Policy ${policy} lacks some of them.`);
  attributes.statements = kept;
}
