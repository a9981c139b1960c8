// Reads the text of a policy statement or a matching rule from left to right, and says where it stopped.
import { ServiceError } from '../../../types.ts';

/** 400 `InvalidParameter`, as CreatePolicy and CreateDynamicGroup answer; line and column count from 1. */
export class SyntaxProblem extends ServiceError {
  readonly line: number;
  readonly column: number;

  constructor(problem: string, place: { line: number; column: number; word: string }) {
    const at = `line ${place.line}, column ${place.column}, at ${place.word === '' ? 'the end' : `"${place.word}"`}`;
    super(400, 'InvalidParameter', `${problem} (${at})`);
    this.line = place.line;
    this.column = place.column;
  }
}

/** A name without quotes: OCIDs, permissions and variables included. */
const WORD = /[^\s{}()',=!:/]+/y;
const QUOTED = /'((?:[^'\\]|\\.)*)'/y;
const SLASHED = /\/([^/\s]*)\//y;

export interface Scanner {
  /** Is the next thing this word (in any case) or sign? Does not move. */
  sees(word: string): boolean;
  /** Moves over it if it is there. */
  takes(word: string): boolean;
  /** Moves over it. Throws when something else is there. */
  expect(word: string, why: string): void;
  word(what: string): string;
  /** A single-quoted text, or undefined when there is no quote here. */
  quoted(): string | undefined;
  /** The inside of `/…/`, or undefined. */
  slashed(): string | undefined;
  isAtEnd(): boolean;
  /** A problem at the thing that comes next, or at an earlier `offset`. */
  problem(text: string, offset?: number): SyntaxProblem;
  /** Where the next thing begins. */
  offset(): number;
}

export function scan(text: string): Scanner {
  let at = 0;
  const skip = (): number => {
    while (/\s/.test(text[at] ?? '')) at += 1;
    return at;
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = skip();
    return pattern.exec(text);
  };
  const move = (pattern: RegExp): string | undefined => {
    const found = match(pattern);
    if (found === null) return undefined;
    at += found[0].length;
    return found[1] ?? found[0];
  };
  const sees = (word: string): boolean => {
    const next = /\w/.test(word) ? (match(WORD)?.[0] ?? '') : text.slice(skip(), at + word.length);
    return next.toLowerCase() === word.toLowerCase();
  };
  const problem = (what: string, offset = skip()): SyntaxProblem => {
    const before = text.slice(0, offset).split('\n');
    const word = /^(?:[^\s{}(),]+|.)/.exec(text.slice(offset))?.[0] ?? '';
    return new SyntaxProblem(what, { line: before.length, column: (before.at(-1) ?? '').length + 1, word });
  };
  const takes = (word: string): boolean => {
    if (!sees(word)) return false;
    at += word.length;
    return true;
  };
  return {
    sees,
    takes,
    expect(word, why) {
      if (!takes(word)) throw problem(`expected "${word}" ${why}`);
    },
    word(what) {
      const word = move(WORD);
      if (word === undefined) throw problem(`expected ${what}`);
      return word;
    },
    // Backslash escapes a quote or a slash, seen in stored policies (facts: iam 1.4).
    quoted: () => move(QUOTED)?.replace(/\\(.)/g, '$1'),
    slashed: () => move(SLASHED),
    isAtEnd: () => skip() >= text.length,
    problem,
    offset: skip,
  };
}
