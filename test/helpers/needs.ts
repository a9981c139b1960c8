// Skips with a reason: a test says what it needs, and the runner prints what was missing.
import { execFileSync } from 'node:child_process';

const missing: string[] = [];

/** The skips of this process, each `<test>: <what is missing>`. */
export function skipped(): readonly string[] {
  return missing;
}

/**
 * Wraps a test's body: it runs only when `have` is true, else it is counted as skipped.
 * @param what what is missing, and how to get it
 */
export function needs(have: boolean, { what, name }: { what: string; name: string }, body: () => unknown) {
  return async (): Promise<void> => {
    if (have) {
      await body();
      return;
    }
    missing.push(`${name}: ${what}`);
  };
}

/** Is a program on PATH? */
export function hasProgram(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
