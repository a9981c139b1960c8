// `runAsNonRoot`, checked before a container is made, as the kubelet does.
import { at, type Fields, type KubeObject } from '../object.ts';
import { ConfigError } from './environment.ts';

/** Throws ConfigError when the container must not run as root and would, or nobody can tell. */
export function refuseRoot({
  pod,
  spec,
  imageUser,
}: {
  pod: KubeObject;
  spec: Fields;
  imageUser: string;
}): void {
  const setting = (name: string): unknown =>
    at(spec, 'securityContext', name) ?? at(pod.spec, 'securityContext', name);
  if (setting('runAsNonRoot') !== true) return;
  const { name, namespace, uid } = pod.metadata;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${spec.name})`;
  const user = setting('runAsUser');
  if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (typeof user === 'number') return;
  const [owner = ''] = imageUser.split(':');
  if (owner === '' || owner === '0')
    throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  if (!/^\d+$/.test(owner)) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${owner}), cannot verify user is non-root ${where}`,
    );
  }
}
