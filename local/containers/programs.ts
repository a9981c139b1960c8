// Programs of the host.
import { execFileSync } from 'node:child_process';

/** Where a program lies on PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  try {
    const found = execFileSync('sh', ['-c', 'command -v "$0"', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return found.toString().trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Is a program on PATH? */
export function hasProgram(program: string): boolean {
  return findProgram(program) !== undefined;
}

/** Before a command: it is killed when this process ends, whatever ends it. Empty where `setpriv` is missing. */
export function withParent(): readonly string[] {
  return hasProgram('setpriv') ? ['setpriv', '--pdeathsig', 'KILL'] : [];
}
