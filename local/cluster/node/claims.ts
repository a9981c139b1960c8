// PersistentVolumeClaims: each is bound at once to a volume of its own, a directory of this host.
import type { ApiClient } from '../api-client.ts';
import { at, fieldsOf, type KubeObject, textOf } from '../object.ts';

const merge = 'application/merge-patch+json';

/** Safe to repeat; a claim that is bound or going is left alone. */
export async function bindClaim(client: ApiClient, claim: KubeObject, directory: string): Promise<void> {
  if (textOf(claim.status?.phase) === 'Bound' || claim.metadata.deletionTimestamp !== undefined) return;
  const { namespace, name, uid } = claim.metadata;
  const volume = `pvc-${uid}`;
  const capacity = fieldsOf(at(claim, 'spec', 'resources', 'requests'));
  const accessModes = claim.spec?.accessModes;
  const storageClassName = claim.spec?.storageClassName ?? '';
  await client.apply(`/api/v1/persistentvolumes/${volume}`, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume },
    spec: {
      capacity,
      accessModes,
      storageClassName,
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `${directory}/claims/${namespace}/${name}` },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
  });
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
  await client.send('PATCH', path, { body: { spec: { volumeName: volume } }, type: merge });
  await client.send('PATCH', `${path}/status`, {
    body: { status: { phase: 'Bound', accessModes, capacity } },
    type: merge,
  });
}
