// Namespaces: a default service account to begin with, and an emptied namespace to end with.
import { type Api, CONTROLLER_MANAGER, keyOf } from '../api.ts';
import { deleteObject } from '../deleting.ts';
import { builtIn } from '../resources.ts';
import { createObject } from '../writing.ts';
import { contentsOf } from './controllers.ts';

/** Namespaces every cluster has. */
const initial = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const options = { manager: CONTROLLER_MANAGER };

export function reconcileNamespace(api: Api, name: string): void {
  if (name === '') {
    createInitial(api);
    return;
  }
  const key = { resource: builtIn('Namespace'), namespace: '', name };
  const namespace = api.store.get(key);
  if (!namespace) return;
  if (namespace.metadata.deletionTimestamp === undefined) {
    createDefaultAccount(api, name);
    return;
  }
  const contents = contentsOf(api, name);
  for (const { resource, object } of contents) {
    if (object.metadata.deletionTimestamp === undefined) deleteObject(api, keyOf(resource, object), {});
  }
  if (contentsOf(api, name).length === 0) api.store.remove(key);
}

function createInitial(api: Api): void {
  const resource = builtIn('Namespace');
  for (const name of initial) {
    const key = { resource, namespace: '', name };
    if (api.store.get(key)) continue;
    createObject(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, key, options);
  }
}

function createDefaultAccount(api: Api, namespace: string): void {
  const key = { resource: builtIn('ServiceAccount'), namespace, name: 'default' };
  if (api.store.get(key)) return;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
  createObject(api, account, key, options);
}
