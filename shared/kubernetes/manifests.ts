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

/** Without a file it is about the set as a whole. */
export interface Problem extends Partial<Origin> {
  /** `Deployment shop`, when that much is known. */
  readonly object?: string;
  /** Dotted path, such as `spec.template`. */
  readonly field?: string;
  readonly message: string;
  /** Names the error when nothing else is wrong. */
  readonly reason?: string;
}

/** `k8s/web.yaml, document 2, Deployment shop, spec.replicas: expected a number`. */
export function problemText({ file, document, object, field, message }: Problem): string {
  const place = document === undefined ? undefined : `document ${document}`;
  const where = [file, place, object, field].filter(Boolean).join(', ');
  return where === '' ? message : `${where}: ${message}`;
}

/** One error for all problems of a set; `reason` is `ManifestsRefused` unless told otherwise. */
export function refused(problems: readonly Problem[], given = 'ManifestsRefused'): PipelineError {
  const [only, ...others] = problems;
  const reason = others.length === 0 ? (only?.reason ?? given) : given;
  return new PipelineError(problems.map(problemText).join('\n'), { retry: 'never', reason });
}

/** What could be read of a set, and what is wrong with the rest. */
export interface Reading {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a build's manifests. Accepts files as they lie in the tarball, or one text made by `joinManifests` or
 * `helm template`: a comment `# Source: <path>` on top of a document says where it and those after it came from.
 * @throws PipelineError `ManifestsRefused` when the set is too large
 */
export function readManifests(files: readonly ManifestFile[]): Reading {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const problems: Problem[] = [];
  if (bytes > MANIFESTS_LIMIT_BYTES) {
    const message = `the manifests are ${bytes} bytes together; at most ${MANIFESTS_LIMIT_BYTES} are taken`;
    throw refused([{ message }]);
  }
  const manifests = files.flatMap((file) => manifestsOf(file, problems));
  if (manifests.length > MANIFESTS_LIMIT_DOCUMENTS) {
    const message = `there are ${manifests.length} objects; at most ${MANIFESTS_LIMIT_DOCUMENTS} are taken`;
    throw refused([{ message }]);
  }
  return { manifests, problems };
}

/** `readManifests` for sets that must be right. @throws PipelineError `ManifestsRefused` naming all that is wrong */
export function parseManifests(files: readonly ManifestFile[]): readonly Manifest[] {
  const { manifests, problems } = readManifests(files);
  if (problems.length > 0) throw refused(problems);
  return manifests;
}

function manifestsOf({ file, text }: ManifestFile, problems: Problem[]): Manifest[] {
  const { documents, problems: unread } = readYaml(text);
  const template = text.includes('{{') ? ' (is it a template that was not rendered?)' : '';
  const places = placesOf(file, { text, documents: [...documents, ...unread] });
  for (const { document, line, message } of unread) {
    const { origin, above } = places.get(document) ?? { origin: { file, document }, above: 0 };
    problems.push({ ...origin, message: `line ${line - above}: ${message}${template}` });
  }
  const manifests: Manifest[] = [];
  for (const { document, value } of documents) {
    const { origin } = places.get(document) ?? { origin: { file, document } };
    for (const item of flatten(value)) {
      const wrong = shapeProblems(item);
      problems.push(...wrong.map((problem) => ({ ...origin, ...problem })));
      if (wrong.length === 0) manifests.push({ ...origin, object: cleaned(item as KubeObject) });
    }
  }
  return manifests;
}

interface Place {
  readonly origin: Origin;
  /** Lines of the text before the first one of the source. */
  readonly above: number;
}

/** Follows the `# Source:` comments; documents, and lines, are counted anew in each source. */
function placesOf(
  file: string,
  { text, documents }: { text: string; documents: readonly Pick<YamlDocument, 'document' | 'comment'>[] },
): ReadonlyMap<number, Place> {
  const lines = text.split('\n');
  const places = new Map<number, Place>();
  let last: Place = { origin: { file, document: 0 }, above: 0 };
  for (const { document, comment } of [...documents].sort((a, b) => a.document - b.document)) {
    if (places.has(document)) continue;
    const [, source] = /^ ?Source: (.+\.(?:ya?ml|json|tpl))$/m.exec(comment) ?? [];
    const isSame = source === undefined || source === last.origin.file;
    last = isSame
      ? { ...last, origin: { ...last.origin, document: last.origin.document + 1 } }
      : {
          origin: { file: source, document: 1 },
          above: lines.indexOf(`# Source: ${source}`, last.above) + 1,
        };
    places.set(document, last);
  }
  return places;
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
