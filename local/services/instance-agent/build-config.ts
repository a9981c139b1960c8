// `/etc/galley/build.env` of an instance: what its cloud-init writes, with the addresses of the local region.
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { Region } from '../../types.ts';
import { localRepositoryPrefix } from '../registry/repository-prefix.ts';
import type { Instance } from './instances.ts';

const PATH = '/etc/galley/build.env';

/** KEY=value lines. Without user data in the twin the functions' configuration serves, which has the same keys. */
export function buildConfig(region: Region, instance: Instance): string {
  const config = fromUserData(instance.resource.values.metadata) ?? fromFunctions(region);
  const local = {
    GALLEY_REGION: region.name,
    GALLEY_BUCKET_NAMESPACE: region.namespace,
    GALLEY_OCIR_ENDPOINT: localRepositoryPrefix(region, config.GALLEY_OCIR_ENDPOINT ?? ''),
    GALLEY_ENDPOINT: region.endpoint,
    GALLEY_METADATA_URL: `${region.endpoint}/_instances/${instance.id}/opc/v2/`,
  };
  return Object.entries({ ...config, ...local })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

type Config = Record<string, string>;

function fromFunctions(region: Region): Config {
  const resources = [
    ...region.twin.of('oci_functions_application'),
    ...region.twin.of('oci_functions_function'),
  ];
  const entries = resources.flatMap(({ values }) => Object.entries(values.config ?? {}));
  return Object.fromEntries(
    entries.filter(([key]) => key.startsWith('GALLEY_')).map(([key, value]) => [key, String(value)]),
  );
}

/** Cloud-init's user data: base64 of a `#cloud-config` (perhaps gzipped) whose `write_files` has the file. */
function fromUserData(metadata: unknown): Config | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('user_data' in metadata)) return undefined;
  const text = decoded(String(metadata.user_data), 'b64');
  if (!text.startsWith('#cloud-config')) return undefined;
  const files: unknown = parse(text)?.write_files;
  if (!Array.isArray(files)) return undefined;
  const file = files.find((one) => one?.path === PATH);
  return file === undefined
    ? undefined
    : parseLines(decoded(String(file.content), String(file.encoding ?? '')));
}

/** The encodings of cloud-init: `b64`, `base64`, `gz+b64`, `gzip+base64`, or plain text. */
function decoded(content: string, encoding: string): string {
  if (!/b64|base64/.test(encoding)) return content;
  const bytes = Buffer.from(content, 'base64');
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
}

function parseLines(text: string): Config {
  const lines = text.split('\n').filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
}
