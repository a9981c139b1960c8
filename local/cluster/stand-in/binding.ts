// `pods/NAME/binding`: what a scheduler writes.
import { at, type Fields, type KubeObject } from '../object.ts';
import { type Api, getObject, type Target, timestamp, type WriteOptions } from './api.ts';
import { mergePatch } from './patching.ts';
import { replaceObject } from './writing.ts';

/** The pod is on that node from now on. */
export function bind(
  api: Api,
  target: Target,
  { body, options }: { body: unknown; options: WriteOptions },
): Fields {
  const pod = getObject(api, target);
  const time = timestamp(api.now());
  const nodeName = at(body, 'target', 'name');
  const { subresource: _, ...whole } = target;
  replaceObject(api, { ...pod, spec: { ...pod.spec, nodeName } }, whole, options);
  const conditions = [
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time },
  ];
  const scheduled = mergePatch(getObject(api, whole), { status: { conditions } }) as KubeObject;
  replaceObject(api, scheduled, { ...whole, subresource: 'status' }, options);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}
