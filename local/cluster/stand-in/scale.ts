// The `scale` subresource: replicas of a workload as an object of its own.
import { at, fieldsOf, type KubeObject, numberOf } from '../object.ts';
import { type Api, getObject, type Target, type WriteOptions } from './api.ts';
import { mergePatch } from './patching.ts';
import { replaceObject } from './writing.ts';

export function getScale(api: Api, target: Target): KubeObject {
  return scaleOf(getObject(api, target));
}

/** Takes a Scale (PUT) or a part of one (merge patch). */
export function setScale(api: Api, given: object, target: Target, options: WriteOptions): KubeObject {
  const object = getObject(api, target);
  const wanted = numberOf(at(mergePatch(scaleOf(object), given), 'spec', 'replicas'));
  const scaled = { ...object, spec: { ...fieldsOf(object.spec), replicas: wanted } };
  return scaleOf(replaceObject(api, scaled, { ...target, subresource: 'scale' }, options));
}

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace = '', uid = '', resourceVersion = '', creationTimestamp = '' } = object.metadata;
  const labels = Object.entries(fieldsOf(at(object, 'spec', 'selector', 'matchLabels'))).map(
    ([key, value]) => `${key}=${value}`,
  );
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec:
      numberOf(at(object, 'spec', 'replicas')) > 0
        ? { replicas: numberOf(at(object, 'spec', 'replicas')) }
        : {},
    status: { replicas: numberOf(object.status?.replicas), selector: labels.join(',') },
  };
}
