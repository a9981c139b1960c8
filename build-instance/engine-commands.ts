// The command lines of the three engines, as values.
import type { Descriptor } from '../shared/tarball/descriptor.ts';

export interface Engine {
  readonly name: 'podman' | 'docker' | 'buildah';
  /** Options that a build's RUN needs on this host. */
  readonly buildFlags: readonly string[];
}

export interface ImageBuild {
  /** `<repository>:<tag>` */
  readonly image: string;
  /** Absolute. */
  readonly context: string;
  readonly dockerfile: string;
  readonly options: Pick<Descriptor['build'], 'target' | 'args' | 'platform'>;
  /** Credentials for base images; docker takes them from its environment. */
  readonly authFile: string;
  readonly isPlainHttp: boolean;
}

/** Docker knows that loopback registries speak plain http; the others are told. */
const tls = (name: Engine['name'], isPlainHttp: boolean): string[] =>
  isPlainHttp && name !== 'docker' ? ['--tls-verify=false'] : [];
const auth = (name: Engine['name'], authFile: string): string[] =>
  name === 'docker' ? [] : ['--authfile', authFile];

export function buildCommand({ name, buildFlags }: Engine, build: ImageBuild): string[] {
  const { target, args, platform } = build.options;
  return [
    ...(name === 'docker' ? ['build', '--progress', 'plain'] : []),
    // A base image is fetched again when its tag has moved; without a network the one at hand serves.
    ...(name === 'podman' ? ['build', '--pull=newer'] : []),
    // Buildah forgets its layers unless told.
    ...(name === 'buildah' ? ['build', '--layers', '--pull=newer'] : []),
    ...buildFlags,
    ...auth(name, build.authFile),
    ...tls(name, build.isPlainHttp),
    '--file',
    build.dockerfile,
    '--tag',
    build.image,
    ...(target === undefined ? [] : ['--target', target]),
    ...(platform === undefined ? [] : ['--platform', platform]),
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    build.context,
  ];
}

/** The password goes to the standard input. */
export function loginCommand(
  { name }: Engine,
  login: { host: string; username: string; authFile: string; isPlainHttp: boolean },
): string[] {
  return [
    'login',
    ...auth(name, login.authFile),
    ...tls(name, login.isPlainHttp),
    '--username',
    login.username,
    '--password-stdin',
    login.host,
  ];
}

export function pushCommand(
  { name }: Engine,
  push: { image: string; authFile: string; digestFile: string; isPlainHttp: boolean },
): string[] {
  return [
    'push',
    ...auth(name, push.authFile),
    ...tls(name, push.isPlainHttp),
    ...(name === 'docker' ? [] : ['--digestfile', push.digestFile]),
    push.image,
  ];
}

export function inspectCommand({ name }: Engine, image: string): string[] {
  return name === 'buildah' ? ['inspect', '--type', 'image', image] : ['image', 'inspect', image];
}

/** Forgets images nothing uses that were made over so many hours ago, base images too. */
export function pruneCommands({ name }: Engine, hours: number): string[][] {
  const until = ['--filter', `until=${hours}h`];
  switch (name) {
    case 'podman':
      return [['image', 'prune', '--all', '--force', ...until]];
    case 'docker':
      return [
        ['image', 'prune', '--all', '--force', ...until],
        ['builder', 'prune', '--force', ...until],
      ];
    case 'buildah':
      // It knows no age: what no container uses and no tag names.
      return [['rmi', '--prune', '--force']];
  }
}

/** One line `<repository>:<tag>` for every image. */
export function listCommand({ name }: Engine): string[] {
  return ['images', '--format', name === 'buildah' ? '{{.Name}}:{{.Tag}}' : '{{.Repository}}:{{.Tag}}'];
}

/** Forgets these images and every layer that has no tag; base images stay. */
export function forgetCommands({ name }: Engine, images: readonly string[]): string[][] {
  const untag = images.map((image) => ['rmi', image]);
  if (name === 'buildah') return [...untag, ['rmi', '--prune', '--force']];
  const layers = [['image', 'prune', '--force']];
  return [...untag, ...layers, ...(name === 'docker' ? [['builder', 'prune', '--force']] : [])];
}
