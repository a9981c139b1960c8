// What cloud-init of the default twin writes and starts.
import { parse } from 'yaml';
import { userData } from '../helpers/terraform/user-data.ts';

export interface CloudConfig {
  readonly write_files: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly content: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

export const text = userData();
export const config: CloudConfig = parse(text);

/** A file it writes. Throws when there is none at this path. */
export function fileAt(path: string): CloudConfig['write_files'][number] {
  const file = config.write_files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`cloud-init writes no ${path}`);
  return file;
}
