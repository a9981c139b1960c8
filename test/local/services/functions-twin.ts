// The default twin with other values, written to a file: for tests that need a shorter timeout or one more key.
import { readFileSync, writeFileSync } from 'node:fs';

interface State {
  readonly resources: { type: string; name: string; instances: { attributes: Record<string, unknown> }[] }[];
}

/** Changes attributes of the resources of one type, by name or all of them (`*`), and writes `file`. */
export function twinWith(
  file: string,
  changes: readonly { type: string; name: string; attributes: Record<string, unknown> }[],
): string {
  const state: State = JSON.parse(readFileSync('local/default.tfstate.json', 'utf8'));
  for (const { type, name, attributes } of changes) {
    for (const resource of state.resources) {
      if (resource.type !== type || (name !== '*' && resource.name !== name)) continue;
      for (const instance of resource.instances) Object.assign(instance.attributes, attributes);
    }
  }
  writeFileSync(file, JSON.stringify(state));
  return file;
}
