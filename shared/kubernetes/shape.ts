// Whether a document is an object at all: what can be said before any server is asked.
import { at, isMap } from './objects.ts';

interface ShapeProblem {
  readonly object?: string;
  readonly field?: string;
  readonly message: string;
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a map' : JSON.stringify(value);
};

/** Everything wrong with one document's outer shape; empty when it is an object. */
export function shapeProblems(value: unknown): ShapeProblem[] {
  if (!isMap(value)) return [{ message: `expected a Kubernetes object, got ${shown(value)}` }];
  const problems: ShapeProblem[] = [];
  for (const path of [['apiVersion'], ['kind'], ['metadata', 'name']]) {
    const problem = textProblem(value, path);
    if (problem) problems.push(problem);
  }
  const namespace = at(value, 'metadata', 'namespace');
  if (namespace !== undefined && typeof namespace !== 'string') {
    problems.push({ field: 'metadata.namespace', message: `expected text, got ${shown(namespace)}` });
  }
  problems.push(...mapProblems(value, 'labels'), ...mapProblems(value, 'annotations'));
  const kind = at(value, 'kind');
  const name = at(value, 'metadata', 'name') ?? '(no name)';
  return typeof kind === 'string'
    ? problems.map((problem) => ({ object: `${kind} ${name}`, ...problem }))
    : problems;
}

function textProblem(value: object, path: readonly string[]): ShapeProblem | undefined {
  const found = at(value, ...path);
  if (typeof found === 'string' && found !== '') return undefined;
  const field = path.join('.');
  if (field === 'metadata.name' && at(value, 'metadata', 'generateName') !== undefined) {
    return { field: 'metadata.generateName', message: 'applying needs a fixed metadata.name' };
  }
  return { field, message: `expected text, got ${shown(found)}` };
}

/** `yes`, `1` and the like are not text in YAML; the server's answer to that does not name the key. */
function mapProblems(value: object, name: 'labels' | 'annotations'): ShapeProblem[] {
  const map = at(value, 'metadata', name);
  if (map === undefined || map === null) return [];
  const field = `metadata.${name}`;
  if (!isMap(map)) return [{ field, message: `expected a map, got ${shown(map)}` }];
  return Object.entries(map)
    .filter(([, text]) => typeof text !== 'string')
    .map(([key, text]) => ({
      field: `${field}.${key}`,
      message: `expected text, got ${shown(text)}: quote it`,
    }));
}
