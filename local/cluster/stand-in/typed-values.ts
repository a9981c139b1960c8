// Values of another type than their field has, as server-side apply finds them: those that YAML's habits lead to.
import { at, fieldsOf, type KubeObject, listOf } from '../object.ts';
import { podSpecPath } from './known-fields.ts';

/** What is wrong with the first such value, `.data.a: expected string, got &value.valueUnstructured{Value:1}`. */
export function mistypedValue(object: KubeObject): string | undefined {
  const [path, value] = [...texts(object)].find(([, found]) => typeof found !== 'string') ?? [];
  if (path !== undefined) return `${path}: expected string, got &value.valueUnstructured{Value:${value}}`;
  const replicas = at(object, 'spec', 'replicas');
  if (typeof replicas !== 'string') return undefined;
  return '.spec.replicas: expected numeric (int or float), got string';
}

/** Every value that has to be text, with its path. `null` counts as not given. */
function* texts(object: KubeObject): Generator<[path: string, value: unknown]> {
  const isData = object.kind === 'ConfigMap' || object.kind === 'Secret';
  const maps = [['metadata', 'labels'], ['metadata', 'annotations'], ...(isData ? [['data']] : [])];
  for (const map of maps) {
    for (const [key, value] of Object.entries(fieldsOf(at(object, ...map)))) {
      if (value !== null) yield [`.${map.join('.')}.${key}`, value];
    }
  }
  const pod = podSpecPath(object.kind);
  for (const container of pod ? listOf(at(object, ...pod, 'containers')) : []) {
    const path = `.${pod?.join('.')}.containers[name=${JSON.stringify(container.name)}]`;
    for (const { name, value } of listOf(container.env)) {
      if (value !== undefined && value !== null)
        yield [`${path}.env[name=${JSON.stringify(name)}].value`, value];
    }
  }
}
