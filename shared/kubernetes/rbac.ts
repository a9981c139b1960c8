// 403: which right is missing, and the lines that grant it.
import { PipelineError } from '../errors.ts';
import type { ApiError } from './api-error.ts';

export interface MissingRight {
  readonly verb: string;
  readonly group: string;
  /** `deployments`, `pods/log`. */
  readonly resource: string;
  /** Undefined for what is cluster-wide. */
  readonly namespace: string | undefined;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'list',
  POST: 'create',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Reads the right out of the server's sentence; where that is silent, out of the request itself. */
export function missingRight({ words, method, path }: ApiError): MissingRight {
  const said = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?:.* namespace "([^"]+)")?/.exec(
    words,
  );
  if (said) {
    const [, verb = '', resource = '', group = '', namespace] = said;
    return { verb, resource, group, namespace };
  }
  const [, group, namespace, resource] =
    /^\/api(?:s\/([^/]+))?\/[^/]+(?:\/namespaces\/([^/]+))?\/([^/]+)/.exec(path) ?? [];
  // Applying an object that does not exist needs `create`; the refusal of that names no verb (facts oke-apply §3.1).
  const verb = method === 'PATCH' ? 'create' : (VERBS[method] ?? method.toLowerCase());
  return { verb, resource: resource ?? path, group: group ?? '', namespace };
}

/**
 * One error for all rights that are missing, with the rules to add in its hint.
 * @returns PipelineError `Forbidden`
 */
export function forbidden(errors: readonly ApiError[]): PipelineError {
  const rights = unique(errors.map(missingRight));
  const lines = rights.map(({ verb, resource, group, namespace }) => {
    const named = group === '' ? resource : `${resource}.${group}`;
    return `may not ${verb} ${named}${namespace === undefined ? ' in the cluster' : ` in namespace ${namespace}`}`;
  });
  const who = /User "([^"]+)"/.exec(errors[0]?.words ?? '')?.[1];
  const message = `the cluster refuses${who === undefined ? '' : ` "${who}"`}: ${lines.join('; ')}`;
  return new PipelineError(message, {
    retry: 'never',
    reason: 'Forbidden',
    hint: snippet(rights),
    cause: errors[0],
  });
}

function unique(rights: readonly MissingRight[]): MissingRight[] {
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}

/** Rules to paste, one per resource, for the Role or for the ClusterRole of deploy/kubernetes/. */
export function snippet(rights: readonly MissingRight[]): string {
  const role = (title: string, some: readonly MissingRight[]): string[] => {
    if (some.length === 0) return [];
    const rules = Map.groupBy(some, ({ group, resource }) => JSON.stringify([group, resource]));
    const lines = [...rules.values()].map((same) => {
      const [{ group, resource } = { group: '', resource: '' }] = same;
      const verbs = [...new Set(same.map(({ verb }) => verb))].join(', ');
      const more = isFirstOfKind(same) ? `  # ${resource} of an app need list, create, patch, delete` : '';
      return `- {apiGroups: ["${group}"], resources: [${resource}], verbs: [${verbs}]}${more}`;
    });
    return [`add to ${title} in deploy/kubernetes/ and apply it:`, ...lines];
  };
  const inNamespace = rights.filter(({ namespace }) => namespace !== undefined);
  const clusterWide = rights.filter(({ namespace }) => namespace === undefined);
  return [
    ...role('the rules of Role galley-apply', inNamespace),
    ...role('the rules of ClusterRole galley-apply', clusterWide),
  ].join('\n');
}

/** What is only looked at, or only made. */
const OURS = ['pods', 'events', 'replicasets', 'namespaces'];

/** The server refuses one verb after the other; `list` comes first, so more will follow for a kind without any rule. */
function isFirstOfKind(rights: readonly MissingRight[]): boolean {
  return rights.some(({ verb, resource }) => verb === 'list' && !OURS.includes(resource));
}
