// The environment of a container: literal values, ConfigMaps, Secrets and fields of the pod.
import type { ApiClient } from '../api-client.ts';
import { at, type Fields, fieldsOf, type KubeObject, listOf, textOf } from '../object.ts';

/** A container cannot be made from its spec: the pod waits with `CreateContainerConfigError`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface PodView {
  readonly client: ApiClient;
  readonly pod: KubeObject;
  readonly podIP: string;
}

/** Name → value, with `$(NAME)` replaced. Throws ConfigError in the kubelet's words. */
export async function environmentOf(view: PodView, container: Fields): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const source of listOf(container.envFrom)) Object.assign(env, await allOf(view, source));
  for (const entry of listOf(container.env)) {
    const value =
      entry.valueFrom === undefined
        ? expand(textOf(entry.value), env)
        : await valueFrom(view, fieldsOf(entry.valueFrom));
    if (value !== undefined) env[textOf(entry.name)] = value;
  }
  return env;
}

/** `$(NAME)` becomes the value, `$$` a dollar; a name that is not there stays as it is. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (found, name?: string) =>
    name === undefined ? '$' : (env[name] ?? found),
  );
}

async function allOf(view: PodView, source: Fields): Promise<Record<string, string>> {
  const kind = source.configMapRef === undefined ? 'secret' : 'configmap';
  const reference = fieldsOf(source.configMapRef ?? source.secretRef);
  const data = await dataOf(view, {
    kind,
    name: textOf(reference.name),
    isOptional: reference.optional === true,
  });
  const prefix = textOf(source.prefix);
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([name, bytes]) => [`${prefix}${name}`, bytes.toString('utf8')]),
  );
}

async function valueFrom(view: PodView, source: Fields): Promise<string | undefined> {
  if (source.fieldRef !== undefined) return fieldValue(view, textOf(at(source, 'fieldRef', 'fieldPath')));
  const kind = source.configMapKeyRef === undefined ? 'secret' : 'configmap';
  const reference = fieldsOf(source.configMapKeyRef ?? source.secretKeyRef);
  const [name, key, isOptional] = [
    textOf(reference.name),
    textOf(reference.key),
    reference.optional === true,
  ];
  if (name === '') return undefined;
  const data = await dataOf(view, { kind, name, isOptional });
  const value = data?.[key];
  if (value !== undefined || isOptional) return value?.toString('utf8');
  const { namespace } = view.pod.metadata;
  throw new ConfigError(
    `couldn't find key ${key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`,
  );
}

function fieldValue({ pod, podIP }: PodView, path: string): string {
  if (path === 'status.podIP') return podIP;
  if (path === 'status.hostIP') return '127.0.0.1';
  const quoted = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  const parts = quoted ? ['metadata', quoted[1] ?? '', quoted[2] ?? ''] : path.split('.');
  return String(at(pod, ...parts) ?? '');
}

export interface DataReference {
  readonly kind: 'configmap' | 'secret';
  readonly name: string;
  readonly isOptional: boolean;
}

/** The content of a ConfigMap or Secret; undefined when it is missing and optional. Throws ConfigError. */
export async function dataOf(
  { client, pod }: PodView,
  { kind, name, isOptional }: DataReference,
): Promise<Record<string, Buffer> | undefined> {
  const { status, body } = await client.get(`/api/v1/namespaces/${pod.metadata.namespace}/${kind}s/${name}`);
  if (status === 404 && isOptional) return undefined;
  if (status !== 200) throw new ConfigError(`${kind} "${name}" not found`);
  const encoding = kind === 'secret' ? 'base64' : 'utf8';
  const plain = Object.entries(fieldsOf(body.data)).map(
    ([key, value]) => [key, Buffer.from(String(value), encoding)] as const,
  );
  const binary = Object.entries(fieldsOf(body.binaryData)).map(
    ([key, value]) => [key, Buffer.from(String(value), 'base64')] as const,
  );
  return Object.fromEntries([...plain, ...binary]);
}
