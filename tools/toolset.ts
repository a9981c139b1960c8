// The developer tools Galley pins as Go modules: what each group builds, and where the result lies.
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** One Go module under tools/: the programs it builds, and the module whose version names its place in the cache. */
export interface ToolGroup {
  readonly name: string;
  readonly module: string;
  /** Program name → Go package; `.` is the module itself. */
  readonly programs: Readonly<Record<string, string>>;
  /** Extra `-X` variables for the linker, made from the pinned version. */
  stamp?(version: string): readonly string[];
}

/** Every group, in the order `npm run tools` builds them: what a running region needs comes first. */
export const toolGroups: readonly ToolGroup[] = [
  { name: 'etcd', module: 'go.etcd.io/etcd/server/v3', programs: { etcd: '.' } },
  {
    name: 'kubernetes',
    module: 'k8s.io/kubernetes',
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
    },
    stamp: kubernetesStamp,
  },
  {
    name: 'kustomize',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    programs: { kustomize: 'sigs.k8s.io/kustomize/kustomize/v5' },
  },
  { name: 'helm', module: 'helm.sh/helm/v3', programs: { helm: 'helm.sh/helm/v3/cmd/helm' } },
  {
    name: 'tofu',
    module: 'github.com/opentofu/opentofu',
    programs: { tofu: 'github.com/opentofu/opentofu/cmd/tofu' },
  },
  {
    name: 'tflint',
    module: 'github.com/terraform-linters/tflint',
    programs: { tflint: 'github.com/terraform-linters/tflint' },
  },
];

/** Programs of the control plane are never taken from PATH: a distribution's etcd is too old for the API server. */
const pinnedOnly = new Set(['etcd', 'kube-apiserver', 'kube-controller-manager']);

// The API server refuses to start without a version it can parse; a plain `go build` leaves v0.0.0.
function kubernetesStamp(version: string): readonly string[] {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((where) =>
    Object.entries(variables).map(([name, value]) => `-X ${where}.${name}=${value}`),
  );
}

/** Root of the cache: `GALLEY_TOOLS_CACHE`, else `~/.cache/galley/tools`. */
export function toolsCache(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.GALLEY_TOOLS_CACHE || join(homedir(), '.cache', 'galley', 'tools');
}

/** The version a group's go.mod pins, such as `v1.34.4`. */
export function pinnedVersion(group: ToolGroup): string {
  const file = join(import.meta.dirname, group.name, 'go.mod');
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .map((each) => each.replace(/^require\s+/, '').trim())
    .find((each) => each.startsWith(`${group.module} v`));
  const version = line?.split(/\s+/)[1];
  if (version === undefined)
    throw new Error(`${file} does not require ${group.module}; add it with a version`);
  return version;
}

/** Where a group's programs lie in the cache: `<cache>/<group>-<version>-<os>-<arch>/bin`. */
export function groupDirectory(group: ToolGroup, cache = toolsCache()): string {
  return join(cache, `${group.name}-${pinnedVersion(group)}-${process.platform}-${process.arch}`, 'bin');
}

/**
 * Path of a program, or undefined when it is not there: `KUBEBUILDER_ASSETS`, PATH, then the cache.
 * It never builds; `node tools/build-tools.ts NAME` does.
 */
export function findTool(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const group = toolGroups.find((each) => name in each.programs);
  const path = pinnedOnly.has(name) ? [] : (environment.PATH ?? '').split(delimiter);
  const directories = [
    environment.KUBEBUILDER_ASSETS ?? '',
    ...path,
    ...(group ? [groupDirectory(group, toolsCache(environment))] : []),
  ];
  return directories
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find(isProgram);
}

/** Whether a path is a file this process may execute. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
