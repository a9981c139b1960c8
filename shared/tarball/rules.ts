// Why a tarball is refused: the closed list of rules, and the one error that names rule, path and detail.
import { PipelineError } from '../errors.ts';

/** Rule id → what it asks of an upload. */
export const RULES = {
  'not-a-tarball': 'The object is a tar archive, plain or gzip.',
  truncated: 'The archive is whole: it ends with a block of zeros, gzip with its checksum.',
  corrupt: 'Headers and checksums are right.',
  'trailing-garbage': 'Nothing stands behind the end of the archive.',
  'compression-ratio': 'An archive does not unpack to over 100 times its size.',
  'too-large': 'Unpacked it is at most 4 GiB.',
  'too-many-entries': 'It has at most 100,000 entries.',
  'bad-name': 'Names are UTF-8 without control characters, at most 255 bytes a part and 4,096 in all.',
  'path-traversal': 'No name has a ".." in it.',
  'absolute-path': 'No name begins with "/".',
  'link-escapes': 'Links end inside the archive, and nothing lies below a link.',
  device: 'Only files, directories and links: no devices, no pipes.',
  'unsupported-entry': 'No sparse files, no unknown kinds, no headers that different tools read differently.',
  'duplicate-entry': 'No file is there twice.',
  'case-clash': 'No two names differ in upper and lower case alone.',
  'path-conflict': 'Nothing lies below a file.',
  'no-dockerfile': 'There is a Dockerfile, or galley.yaml names an image.',
  'bad-descriptor': 'galley.yaml says only what Galley knows.',
  'bad-yaml': 'galley.yaml and the manifests are YAML (or JSON).',
  'no-manifests': 'What galley.yaml names as manifests is there.',
  'manifests-too-large': 'Plain manifests are at most 1 MiB together.',
  'manifests-too-late': 'In an archive with over 8 MiB of YAML and JSON, galley.yaml comes first.',
  'image-and-templates':
    'With an image of its own, manifests are plain: nothing runs that could render them.',
} as const satisfies Record<string, string>;

export type Rule = keyof typeof RULES;

export class TarballRefused extends PipelineError {
  readonly rule: Rule;
  /** Name of the entry as it stands in the archive; empty when it is about the archive as a whole. */
  readonly path: string;
  /** A sentence for the one who uploaded it. */
  readonly detail: string;

  constructor(rule: Rule, { path = '', detail, cause }: { path?: string; detail: string; cause?: unknown }) {
    super(`The tarball is refused (${rule}${path === '' ? '' : `, ${path}`}): ${detail}`, {
      retry: 'never',
      reason: 'TarballRefused',
      cause,
    });
    this.rule = rule;
    this.path = path;
    this.detail = detail;
  }
}
