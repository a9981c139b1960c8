// What is wrong with a pod's spec, wherever it is embedded.
import { at, type Fields, type KubeObject, listOf, textOf } from '../object.ts';
import type { StatusCause } from './api-error.ts';
import { podSpecPath } from './known-fields.ts';

const required = (field: string): StatusCause => ({
  reason: 'FieldValueRequired',
  message: 'Required value',
  field,
});

/** Containers must be there, have a name and an image, and mount volumes that exist. */
export function podCauses(object: KubeObject): StatusCause[] {
  const path = podSpecPath(object.kind);
  if (!path) return [];
  const field = `${path.join('.')}.containers`;
  const containers = listOf(at(object, ...path, 'containers'));
  if (containers.length === 0) return [required(field)];
  return containers.flatMap((container, index) => [
    ...(textOf(container.name) === '' ? [required(`${field}[${index}].name`)] : []),
    ...(textOf(container.image) === '' ? [required(`${field}[${index}].image`)] : []),
    ...mountCauses(container, volumeNames(object, path), `${field}[${index}]`),
  ]);
}

/** A StatefulSet makes volumes of its claim templates. */
function volumeNames(object: KubeObject, path: readonly string[]): ReadonlySet<unknown> {
  const claims = listOf(object.spec?.volumeClaimTemplates).map((claim) => at(claim, 'metadata', 'name'));
  return new Set([...listOf(at(object, ...path, 'volumes')).map((volume) => volume.name), ...claims]);
}

function mountCauses(container: Fields, names: ReadonlySet<unknown>, field: string): StatusCause[] {
  return listOf(container.volumeMounts).flatMap((mount, index) =>
    names.has(mount.name)
      ? []
      : [
          {
            reason: 'FieldValueNotFound',
            message: `Not found: "${textOf(mount.name)}"`,
            field: `${field}.volumeMounts[${index}].name`,
          },
        ],
  );
}
