// The set of objects a build brings: read from files, flattened, checked for shape, all problems in one error.
import { PipelineError } from '../errors.ts';
import { toYaml } from './dialect.ts';
import { at, type Json, type KubeObject, listAt, textAt } from './objects.ts';
import { shapeProblems } from './shape.ts';
import { readYaml, type YamlDocument } from './yaml.ts';

/** All manifests of a build together: etcd takes 1.5 MiB per object, and nobody reviews more than this. */
export const MANIFESTS_LIMIT_BYTES = 1024 * 1024;
export const MANIFESTS_LIMIT_DOCUMENTS = 200;

export interface ManifestFile {
  /** Path in the tarball. */
  readonly file: string;
  readonly text: string;
}

/** Where in the user's source an object stands. */
export interface Origin {
  readonly file: string;
  readonly document: number;
}

export interface Manifest extends Origin {
  readonly object: KubeObject;
}

export interface Problem extends Origin {
  /** `Deployment shop`, when that much is known. */
  readonly object?: string;
  /** Dotted path, such as `spec.template`. */
  readonly field?: string;
  readonly message: string;
}

/** `k8s/web.yaml, document 2, Deployment shop, spec.replicas: expected a number`. */
export function problemText({ file, document, object, field, message }: Problem): string {
  const where = [file, `document ${document}`, object, field].filter(Boolean).join(', ');
  return `${where}: ${message}`;
}

/** One error for all problems of a set; `reason` is `ManifestsRefused` unless told otherwise. */
export function refused(problems: readonly Problem[], reason = 'ManifestsRefused'): PipelineError {
  return new PipelineError(problems.map(problemText).join('\n'), { retry: 'never', reason });
}

/**
 * Reads a build's manifests. Accepts files as they lie in the tarball, or one text made by `joinManifests` or
 * `helm template`: a comment `# Source: <path>` on top of a document says where it and those after it came from.
 * @throws PipelineError `ManifestsRefused` naming file, document and field of everything that is wrong
 */
export function parseManifests(files: readonly ManifestFile[]): Manifest[] {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes > MANIFESTS_LIMIT_BYTES) {
    const message = `the manifests are ${bytes} bytes together; at most ${MANIFESTS_LIMIT_BYTES} are taken`;
    throw new PipelineError(message, { retry: 'never', reason: 'ManifestsRefused' });
  }
  const problems: Problem[] = [];
  const manifests = files.flatMap((file) => manifestsOf(file, problems));
  if (manifests.length > MANIFESTS_LIMIT_DOCUMENTS) {
    const message = `there are ${manifests.length} objects; at most ${MANIFESTS_LIMIT_DOCUMENTS} are taken`;
    throw new PipelineError(message, { retry: 'never', reason: 'ManifestsRefused' });
  }
  if (problems.length > 0) throw refused(problems);
  return manifests;
}

function manifestsOf({ file, text }: ManifestFile, problems: Problem[]): Manifest[] {
  const { documents, problems: unread } = readYaml(text);
  const template = text.includes('{{') ? ' (is it a template that was not rendered?)' : '';
  for (const { document, line, message } of unread) {
    problems.push({ file, document, message: `line ${line}: ${message}${template}` });
  }
  const manifests: Manifest[] = [];
  for (const { origin, value } of withOrigin(file, documents)) {
    for (const item of flatten(value)) {
      const wrong = shapeProblems(item);
      problems.push(...wrong.map((problem) => ({ ...origin, ...problem })));
      if (wrong.length === 0) manifests.push({ ...origin, object: cleaned(item as KubeObject) });
    }
  }
  return manifests;
}

/** Follows the `# Source:` comments; documents are counted anew in each source. */
function withOrigin(file: string, documents: readonly YamlDocument[]): { origin: Origin; value: unknown }[] {
  let origin: Origin = { file, document: 0 };
  return documents.map(({ comment, value }) => {
    const source = /^ ?Source: (.+\.(?:ya?ml|json|tpl))$/m.exec(comment)?.[1] ?? origin.file;
    origin = { file: source, document: source === origin.file ? origin.document + 1 : 1 };
    return { origin, value };
  });
}

/** `kind: List` and every nameless `…List` with items stand for their items, as in kubectl. */
function flatten(value: unknown): unknown[] {
  const isList = textAt(value, 'kind')?.endsWith('List') && Array.isArray(at(value, 'items'));
  if (!isList || at(value, 'metadata', 'name') !== undefined) return [value];
  return listAt(value, 'items').flatMap(flatten);
}

/** Without what the server writes: exported objects (`kubectl get -o yaml`) can be applied as they are. */
function cleaned({ status: _, ...object }: KubeObject): KubeObject {
  const { managedFields, creationTimestamp, resourceVersion, uid, generation, selfLink, ...metadata } =
    object.metadata as Json;
  return { ...(object as KubeObject), metadata: metadata as unknown as KubeObject['metadata'] };
}

/** One multi-document text that keeps the users' own lines, with `# Source:` comments for `parseManifests`. */
export function joinManifests(files: readonly ManifestFile[]): string {
  return files.map(({ file, text }) => `---\n# Source: ${file}\n${joinable(text).trimEnd()}\n`).join('');
}

/** A text with directives cannot stand behind another document, so it is written anew. */
function joinable(text: string): string {
  const own = text.replace(/^\uFEFF/, '');
  if (!/^%/m.test(own)) return own;
  return readYaml(own)
    .documents.map(({ value }) => toYaml(value))
    .join('---\n');
}
