// The volumes of a pod as directories on this host.
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../object.ts';
import { ConfigError, dataOf, type PodView } from './environment.ts';
import type { Mount } from './runtime.ts';

export interface VolumeOptions extends PodView {
  /** The node's directory; claims live below it and outlive their pods. */
  readonly directory: string;
}

export function podDirectory({ directory, pod }: Pick<VolumeOptions, 'directory' | 'pod'>): string {
  return join(directory, 'pods', pod.metadata.uid ?? pod.metadata.name);
}

export async function removeVolumes(options: Pick<VolumeOptions, 'directory' | 'pod'>): Promise<void> {
  await rm(podDirectory(options), { recursive: true, force: true });
}

/** What one container mounts. Throws ConfigError for a volume that is missing, or of a type the node does not know. */
export async function mountsOf(options: VolumeOptions, container: Fields): Promise<Mount[]> {
  const volumes = new Map(listOf(options.pod.spec?.volumes).map((volume) => [textOf(volume.name), volume]));
  const mounts: Mount[] = [];
  for (const mount of listOf(container.volumeMounts)) {
    const volume = volumes.get(textOf(mount.name));
    if (!volume) throw new ConfigError(`volume "${textOf(mount.name)}" not found in the pod`);
    const { path, isReadOnly } = await prepare(options, volume);
    const source = textOf(mount.subPath) === '' ? path : join(path, textOf(mount.subPath));
    mounts.push({
      source,
      target: textOf(mount.mountPath),
      isReadOnly: isReadOnly || mount.readOnly === true,
    });
  }
  return mounts;
}

interface Prepared {
  readonly path: string;
  readonly isReadOnly: boolean;
}

async function prepare(options: VolumeOptions, volume: Fields): Promise<Prepared> {
  const path = join(podDirectory(options), 'volumes', textOf(volume.name));
  if (volume.emptyDir !== undefined) return { path: await openDirectory(path), isReadOnly: false };
  const claim = fieldsOf(volume.persistentVolumeClaim);
  if (textOf(claim.claimName) !== '') {
    const kept = join(
      options.directory,
      'claims',
      options.pod.metadata.namespace ?? '',
      textOf(claim.claimName),
    );
    return { path: await openDirectory(kept), isReadOnly: claim.readOnly === true };
  }
  if (volume.configMap !== undefined || volume.secret !== undefined) {
    await writeFiles(options, volume, await openDirectory(path));
    return { path, isReadOnly: true };
  }
  const type = Object.keys(volume).find((name) => name !== 'name') ?? 'unknown';
  throw new ConfigError(
    `volume "${textOf(volume.name)}": the local node does not mount volumes of type ${type}`,
  );
}

/** Writable for whatever user the container runs as, as an emptyDir is. */
async function openDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  return path;
}

async function writeFiles(options: VolumeOptions, volume: Fields, path: string): Promise<void> {
  const kind = volume.secret === undefined ? 'configmap' : 'secret';
  const source = fieldsOf(volume.secret ?? volume.configMap);
  const name = textOf(source.secretName) || textOf(source.name);
  const data = await dataOf(options, { kind, name, isOptional: source.optional === true });
  const items = listOf(source.items).map((item) => ({
    key: textOf(item.key),
    file: textOf(item.path),
    mode: item.mode,
  }));
  const files =
    items.length > 0 ? items : Object.keys(data ?? {}).map((key) => ({ key, file: key, mode: undefined }));
  for (const { key, file, mode } of files) {
    const content = data?.[key];
    if (content === undefined) throw new ConfigError(`references non-existent ${kind} key: ${key}`);
    await mkdir(join(path, file, '..'), { recursive: true });
    await writeFile(join(path, file), content);
    await chmod(join(path, file), numberOf(mode, numberOf(source.defaultMode, 0o644)));
  }
}
