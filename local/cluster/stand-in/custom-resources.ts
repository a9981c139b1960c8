// Custom resources: the resources a CustomResourceDefinition stands for, and its own status.
import { at, type Fields, fieldsOf, type KubeObject, listOf, textOf, textsOf } from '../object.ts';
import type { Resource } from './resources.ts';

/** One resource per served version. */
export function customResources(definition: KubeObject): Resource[] {
  const spec = fieldsOf(definition.spec);
  const names = fieldsOf(spec.names);
  return listOf(spec.versions)
    .filter((version) => version.served !== false)
    .map((version) => ({
      group: textOf(spec.group),
      version: textOf(version.name),
      kind: textOf(names.kind),
      plural: textOf(names.plural),
      namespaced: spec.scope !== 'Cluster',
      shortNames: textsOf(names.shortNames),
      subresources: at(version, 'subresources', 'status') === undefined ? [] : ['status'],
      schema: fieldsOf(at(version, 'schema', 'openAPIV3Schema')),
    }));
}

/** The status of a definition that is accepted and served at once. */
export function establishedStatus(definition: KubeObject, time: string): Fields {
  const condition = (type: string, reason: string, message: string): Fields => ({
    type,
    status: 'True',
    lastTransitionTime: time,
    reason,
    message,
  });
  const names = fieldsOf(at(definition, 'spec', 'names'));
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: {
      ...names,
      singular: names.singular ?? textOf(names.kind).toLowerCase(),
      listKind: names.listKind ?? `${textOf(names.kind)}List`,
    },
    storedVersions: listOf(at(definition, 'spec', 'versions'))
      .filter((version) => version.storage === true)
      .map((version) => version.name),
  };
}
