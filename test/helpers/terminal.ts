// A terminal that keeps what it is told.
import type { Terminal } from '../../cli/terminal.ts';

export interface Kept {
  readonly terminal: Terminal;
  readonly lines: string[];
  /** Answers for machines, in order. */
  readonly answers: unknown[];
}

export function keepingTerminal(): Kept {
  const lines: string[] = [];
  const answers: unknown[] = [];
  const terminal: Terminal = {
    isJson: false,
    print: (line) => lines.push(line),
    json: (value) => answers.push(value),
    note: () => undefined,
    progress: () => undefined,
    live: () => undefined,
    endProgress: () => undefined,
  };
  return { terminal, lines, answers };
}
