// The app's namespace: made when it is not there and the cluster allows it. Pod Security labels stay the admin's.
import { PipelineError } from '../errors.ts';
import { isProtected } from './admission.ts';
import { isStatus, missingNamespace } from './api-error.ts';
import { type Claim, parentOf } from './fence.ts';
import { forbidden } from './rbac.ts';
import type { Run } from './run.ts';

/** @throws PipelineError `ManifestsDenied` for namespaces of the cluster itself */
export function checkNamespace(namespace: string): void {
  if (!isProtected(namespace)) return;
  const message = `namespace ${namespace} belongs to the cluster; an app may not be deployed into it`;
  const hint = 'set another `namespace` in galley.yaml';
  throw new PipelineError(message, { retry: 'never', reason: 'ManifestsDenied', hint });
}

/** Asked by a dry run of what comes next anyway, so no right on namespaces is needed. */
export async function hasNamespace({ cluster }: Pick<Run, 'cluster'>, claim: Claim): Promise<boolean> {
  const standing = { phase: 'applying', report: '' } as const;
  const body = parentOf(claim, { extent: { kinds: [], namespaces: [] }, standing });
  const path = `/api/v1/namespaces/${encodeURIComponent(claim.namespace)}/configmaps`;
  try {
    await cluster.call({ method: 'POST', path, query: { dryRun: 'All' }, body });
    return true;
  } catch (error) {
    if (isStatus(error, 409)) return true;
    if (missingNamespace(error) !== undefined) return false;
    throw error;
  }
}

/** @throws PipelineError `Forbidden` when the namespace must be made by an administrator */
export async function makeNamespace({ cluster }: Pick<Run, 'cluster'>, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  try {
    await cluster.call({ method: 'POST', path: '/api/v1/namespaces', body });
  } catch (error) {
    if (isStatus(error, 403)) {
      const refusal = forbidden([error]);
      const hint = `or create namespace ${name} yourself, with the Role of deploy/kubernetes/ in it;\n${refusal.hint}`;
      throw new PipelineError(`namespace ${name} does not exist: ${refusal.message}`, {
        retry: 'never',
        reason: 'Forbidden',
        hint,
      });
    }
    if (!isStatus(error, 409)) throw error;
  }
}
