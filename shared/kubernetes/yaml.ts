// Text in, JSON values out, exactly as kubectl reads them; everything it would choke on becomes a problem.
import type { Document, Scalar } from 'yaml';
import { isCollection, LineCounter, parseAllDocuments, visit } from 'yaml';
import { DIALECT } from './dialect.ts';

export interface YamlDocument {
  /** 1 for the first document that is not empty. */
  readonly document: number;
  /** The comment on top of the document, without `#`. */
  readonly comment: string;
  readonly value: unknown;
}

export interface YamlProblem {
  readonly document: number;
  /** As in YamlDocument; the same for all problems of a document. */
  readonly comment: string;
  /** 1 for the first line of the text. */
  readonly line: number;
  readonly message: string;
}

/** Aliases may grow a document this many times over; the yaml package's own default, which kills billion-laughs. */
const MAX_ALIAS_COUNT = 100;
/** Values in one text after aliases are resolved: 1 MiB of the smallest useful lines is about 170,000. */
const MAX_VALUES = 250_000;

/** Reads a stream of documents. Empty documents are dropped, as kubectl drops them. */
export function readYaml(text: string): { documents: YamlDocument[]; problems: YamlProblem[] } {
  const documents: YamlDocument[] = [];
  const problems: YamlProblem[] = [];
  const lines = new LineCounter();
  let number = 0;
  for (const parsed of parse(text, { lines, problems })) {
    if (parsed.contents === null && parsed.errors.length === 0) continue;
    number += 1;
    const found = [...syntax(parsed, lines), ...inspect(parsed, lines)];
    if (found.length === 0) {
      const value = resolve(parsed, found);
      if (value === null) number -= 1;
      else documents.push({ document: number, comment: commentOf(parsed), value });
    }
    const comment = commentOf(parsed);
    problems.push(...found.map((problem) => ({ ...problem, document: number, comment })));
  }
  return { documents, problems };
}

type Found = Omit<YamlProblem, 'document' | 'comment'>;

function parse(
  text: string,
  { lines, problems }: { lines: LineCounter; problems: YamlProblem[] },
): Document[] {
  try {
    const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ''), { ...DIALECT, lineCounter: lines });
    return [...parsed];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ document: 1, comment: '', line: 1, message: 'is nested too deeply' });
    return [];
  }
}

function syntax(parsed: Document, lines: LineCounter): Found[] {
  const found = parsed.errors.map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    message: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
  }));
  const { explicit, version } = parsed.directives?.yaml ?? {};
  if (explicit && version !== '1.1') {
    found.push({
      line: 1,
      message: `is marked %YAML ${version}; Kubernetes reads YAML 1.1: remove the mark`,
    });
  }
  return found;
}

/** Duplicate keys, and numbers that JSON in JavaScript cannot carry to the server unchanged. */
function inspect(parsed: Document, lines: LineCounter): Found[] {
  const found: Found[] = [];
  const report = (node: { range?: readonly number[] | null | undefined }, message: string): void => {
    found.push({ line: lines.linePos(node.range?.[0] ?? 0).line, message });
  };
  try {
    visit(parsed, {
      Map(_, map) {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          if (isCollection(key)) report(key, 'a map or a list cannot be a key');
          const name = String(key);
          if (name !== '<<' && seen.has(name))
            report(key as object, `key "${name}" is there twice in one map`);
          seen.add(name);
        }
      },
      Scalar(_, scalar) {
        const message = numberProblem(scalar);
        if (message !== undefined) report(scalar, message);
      },
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    found.push({ line: 1, message: 'is nested too deeply' });
  }
  return found;
}

function numberProblem({ value, source }: Scalar): string | undefined {
  if (typeof value !== 'number') return undefined;
  if (!Number.isFinite(value)) return `${source} is not a number Kubernetes knows`;
  const isRounded =
    Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?[\d_]+$/.test(source ?? '');
  return isRounded ? `${source} is too big to be sent exactly; quote it if it is text` : undefined;
}

function resolve(parsed: Document, found: Found[]): unknown {
  try {
    const value: unknown = parsed.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    const budget = { left: MAX_VALUES };
    const copy = plain(value, budget);
    if (budget.left >= 0) return copy;
    found.push({ line: 1, message: `has more than ${MAX_VALUES} values` });
  } catch (error) {
    const aliases = error instanceof ReferenceError;
    if (!aliases && !(error instanceof RangeError)) throw error;
    found.push({ line: 1, message: aliases ? 'its aliases grow without bound' : 'is nested too deeply' });
  }
  return undefined;
}

/** A tree of its own for every alias; `!!binary` is text, as in Go. Stops when the budget is spent. */
function plain(value: unknown, budget: { left: number }): unknown {
  budget.left -= 1;
  if (budget.left < 0 || typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map((item) => plain(item, budget));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, budget)]));
}

function commentOf(parsed: Document): string {
  return [parsed.commentBefore, parsed.contents?.commentBefore].filter(Boolean).join('\n');
}
