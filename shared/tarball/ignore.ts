// What stays out of an upload: .galleyignore, else .dockerignore, else every .gitignore; .git always.
import dockerignore from '@balena/dockerignore';
import gitignore, { type Ignore } from 'ignore';
import { parentOf } from './paths.ts';

export const IGNORE_FILES = ['.galleyignore', '.dockerignore', '.gitignore'] as const;

export interface IgnoreRules {
  /** Which file they are of; undefined: none is there. */
  readonly file: (typeof IGNORE_FILES)[number] | undefined;
  /** Asked for every directory as it is entered, '' first. */
  enter(directory: string): void;
  isLeftOut(path: string, isDirectory: boolean): boolean;
  /** May something below this left-out directory still come in? */
  mayHoldKept(directory: string): boolean;
}

/**
 * @param read text of a file below the source's root; undefined when it is not there
 * @param kept paths that come in whatever .dockerignore says: Docker, too, reads the Dockerfile it leaves out
 */
export function ignoreRules(
  read: (path: string) => string | undefined,
  kept: readonly string[],
): IgnoreRules {
  for (const file of IGNORE_FILES) {
    const text = read(file);
    if (text === undefined) continue;
    if (file === '.galleyignore') return { file, ...gitRules(new Map([['', rulesOf(text)]])) };
    if (file === '.dockerignore') return { file, ...dockerRules(text, kept) };
  }
  const nested = nestedGitRules(read);
  return { file: read('.gitignore') === undefined ? undefined : '.gitignore', ...nested };
}

const isGit = (path: string): boolean => path === '.git' || path.endsWith('/.git');

/** The packages ignore case unless told; Git and Docker do not. */
const rulesOf = (text: string): Ignore => gitignore({ ignorecase: false }).add(text);

type Rules = Omit<IgnoreRules, 'file'>;

/** The nearest .gitignore that says something about a path decides, as in Git. */
function gitRules(byDirectory: ReadonlyMap<string, Ignore>): Rules {
  return {
    enter: () => undefined,
    isLeftOut(path, isDirectory) {
      if (isGit(path)) return true;
      for (let directory = parentOf(path); ; directory = parentOf(directory)) {
        const below = directory === '' ? path : path.slice(directory.length + 1);
        const found = byDirectory.get(directory)?.test(isDirectory ? `${below}/` : below);
        if (found?.ignored) return true;
        if (found?.unignored || directory === '') return false;
      }
    },
    // Git never looks into a directory that is ignored, whatever a later `!` says.
    mayHoldKept: () => false,
  };
}

function nestedGitRules(read: (path: string) => string | undefined): Rules {
  const byDirectory = new Map<string, Ignore>();
  return {
    ...gitRules(byDirectory),
    enter(directory) {
      const text = read(directory === '' ? '.gitignore' : `${directory}/.gitignore`);
      if (text !== undefined) byDirectory.set(directory, rulesOf(text));
    },
  };
}

function dockerRules(text: string, kept: readonly string[]): Rules {
  // CommonJS in disguise: its types put the function under `default`, and so does the module itself.
  const rules = dockerignore.default({ ignorecase: false }).add(text);
  const returning = exceptions(text);
  return {
    enter: () => undefined,
    isLeftOut(path) {
      if (isGit(path)) return true;
      return rules.ignores(path) && !kept.some((one) => path === one || path.startsWith(`${one}/`));
    },
    mayHoldKept(directory) {
      if (isGit(directory)) return false;
      const isAbove = (path: string): boolean => path.startsWith(`${directory}/`);
      return (
        kept.some(isAbove) || returning.some((first) => first === undefined || sharesTop(directory, first))
      );
    },
  };
}

/** The first part of every `!` rule, or undefined where it is a pattern: only there can anything come back in. */
function exceptions(text: string): (string | undefined)[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('!'))
    .map(
      (line) =>
        line
          .slice(1)
          .trim()
          .replace(/^(\.?\/)+/, '')
          .split('/')[0],
    )
    .map((first) => (first === undefined || /[*?[\\]/.test(first) || first === '..' ? undefined : first));
}

const sharesTop = (directory: string, first: string): boolean => directory.split('/')[0] === first;
