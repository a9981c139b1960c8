// A Kubernetes object as JSON, and safe ways into it: every field may be missing or of another type.
import type { V1ManagedFieldsEntry, V1ObjectMeta } from '@kubernetes/client-node';

export type Json = Readonly<Record<string, unknown>>;

/** A model of client-node as it is in JSON: nothing is turned into a Date, or lost. */
export type AsJson<Model> = Model extends Date
  ? string
  : Model extends object
    ? { readonly [Field in keyof Model]: AsJson<Model[Field]> }
    : Model;

export type Metadata = AsJson<V1ObjectMeta> & {
  readonly name: string;
  readonly [field: string]: unknown;
};

/** One entry of `metadata.managedFields`: who owns which fields, and since when. */
export type ManagedFields = Omit<AsJson<V1ManagedFieldsEntry>, 'fieldsV1'> & { readonly fieldsV1?: Json };

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path, or undefined where the path breaks. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined;
    else here = isMap(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

/** The list at a path; empty when there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The number at a path; Go omits zeros, so a missing counter is 0. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** `Deployment.apps`, `Service`: a kind as ApplySets and the deny list write it. */
export function groupKind(object: { readonly apiVersion: string; readonly kind: string }): string {
  const group = groupOf(object.apiVersion);
  return group === '' ? object.kind : `${object.kind}.${group}`;
}

/** Data, and what holds the objects of others: neither deleted nor made anew, whatever a set says. */
export const IRREPLACEABLE: readonly string[] = [
  'PersistentVolumeClaim',
  'PersistentVolume',
  'Namespace',
  'CustomResourceDefinition.apiextensions.k8s.io',
];

/** What makes an object one object: group, kind, namespace and name; the version is only a way to read it. */
export function keyOf(object: KubeObject): string {
  return `${groupKind(object)}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** `Deployment shop`, for sentences. */
export function titleOf(object: {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}): string {
  return `${object.kind} ${object.metadata.name}`;
}
