// What a caller may do with a repository: the scope of a token, decided by IAM (facts: iam 4.2, Registry).
import type { Principal, Region, Target } from '../../types.ts';
import type { Repositories } from './repositories.ts';

/** One entry of a registry token's `access` claim. */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Reads `scope` parameters: `repository:<name>:<action>,<action>`, several separated by blanks. */
export function parseScopes(parameters: readonly string[]): readonly Access[] {
  const scopes = parameters.flatMap((parameter) => parameter.split(' ')).filter((scope) => scope !== '');
  return scopes.map((scope) => {
    const [type = '', ...rest] = scope.split(':');
    const actions = rest.pop() ?? '';
    return { type, name: rest.join(':'), actions: actions.split(',').filter((action) => action !== '') };
  });
}

/** The scopes, less the actions the caller may not take. The registry refuses what is missing. */
export function grant(
  region: Region,
  repositories: Repositories,
  { scopes, principal }: { scopes: readonly Access[]; principal: Principal },
): readonly Access[] {
  return scopes
    .filter(({ type }) => type === 'repository')
    .map((scope) => ({
      ...scope,
      actions: scope.actions.filter((action) => mayTake(region, repositories, { action, scope, principal })),
    }));
}

/** The repository's name in OCIR's words, or undefined outside the tenancy's namespace. */
export function repositoryName(region: Region, path: string): string | undefined {
  const prefix = `${region.namespace}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  pull: 'PullImage',
  push: 'PushImage',
  delete: 'DeleteContainerImage',
};

function mayTake(
  region: Region,
  repositories: Repositories,
  { action, scope, principal }: { action: string; scope: Access; principal: Principal },
): boolean {
  const name = repositoryName(region, scope.name);
  const operation = OPERATIONS[action];
  if (name === undefined || operation === undefined) return false;
  const repository = repositories.find(name);
  if (action === 'pull' && repository?.isPublic) return true;
  const target: Target = {
    // A missing repository is made in the root compartment, and only there.
    compartmentId: repository?.compartmentId ?? region.tenancyId,
    variables: { 'target.repo.name': name },
    ...(repository === undefined && action === 'push' ? { variant: 'create' } : {}),
  };
  return region.wiring.isAllowed(principal, operation, target);
}
