// Finds etcd, kube-apiserver and kube-controller-manager: KUBEBUILDER_ASSETS' layout, or the cache of built tools.
import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Binaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
}

/**
 * @param tools a directory that holds the programs, or one `<group>-<version>-…/bin` per group;
 *   undefined: `~/.cache/galley/tools`
 */
export function findBinaries(tools: string | undefined): Binaries | undefined {
  const root = tools ?? join(homedir(), '.cache', 'galley', 'tools');
  const directories = [root, join(root, 'bin'), ...groupDirectories(root)];
  const find = (name: string): string | undefined =>
    directories.map((each) => join(each, name)).find(isProgram);
  const [etcd, apiServer, controllerManager] = ['etcd', 'kube-apiserver', 'kube-controller-manager'].map(
    find,
  );
  return etcd && apiServer && controllerManager ? { etcd, apiServer, controllerManager } : undefined;
}

/** Newest version first: the pinned one, when older builds lie beside it. */
function groupDirectories(root: string): string[] {
  try {
    const names = readdirSync(root).filter((name) => !name.startsWith('building-'));
    const byVersion = new Intl.Collator('en', { numeric: true });
    return names.sort((one, other) => byVersion.compare(other, one)).map((name) => join(root, name, 'bin'));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
