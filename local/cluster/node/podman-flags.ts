// A container's spec as options of `podman create`.
import { at, type Fields, fieldsOf, type KubeObject, listOf, numberOf, textOf, textsOf } from '../object.ts';
import { memoryBytes } from './quantity.ts';
import type { ContainerStart } from './runtime.ts';

/** Volumes. */
export function mountFlags({ mounts }: ContainerStart): string[] {
  return mounts.flatMap(({ source, target, isReadOnly }) => [
    '-v',
    `${source}:${target}${isReadOnly ? ':ro' : ''}`,
  ]);
}

/** User, capabilities and the rest of a security context. */
export function securityFlags(spec: Fields): string[] {
  const context = fieldsOf(spec.securityContext);
  const user = context.runAsUser;
  const group = context.runAsGroup;
  const dropped = textsOf(at(context, 'capabilities', 'drop')).flatMap((name) => ['--cap-drop', name]);
  const added = textsOf(at(context, 'capabilities', 'add')).flatMap((name) => ['--cap-add', name]);
  return [
    ...(user === undefined ? [] : ['--user', group === undefined ? `${user}` : `${user}:${group}`]),
    ...(context.readOnlyRootFilesystem === true ? ['--read-only'] : []),
    ...(context.allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
    ...dropped,
    ...added,
    ...(textOf(spec.workingDir) === '' ? [] : ['--workdir', textOf(spec.workingDir)]),
  ];
}

/** Memory only: a CPU limit would make a busy machine look like a broken app. */
export function limitFlags(spec: Fields): string[] {
  const memory = memoryBytes(at(spec, 'resources', 'limits', 'memory'));
  return memory === undefined ? [] : ['--memory', `${memory}b`, '--memory-swap', `${memory}b`];
}

/** Every declared port, each at a free loopback port of its own: pods of one app run side by side. */
export function publishFlags(pod: KubeObject): string[] {
  const ports = listOf(pod.spec?.containers).flatMap((container) => listOf(container.ports));
  return ports.flatMap((port) => ['-p', `127.0.0.1::${numberOf(port.containerPort)}`]);
}
