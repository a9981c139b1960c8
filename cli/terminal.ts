// What people see (on stderr while it runs, on stdout when it is there) and what machines read (--json on stdout).
import { styleText } from 'node:util';
import ora from 'ora';
import { getBorderCharacters, table } from 'table';

type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  readonly isJson: boolean;
  /** A line of the answer, for people; silent with --json. */
  print(line: string): void;
  /** The answer for machines; silent without --json. */
  json(value: unknown): void;
  /** What is going on, on stderr; silent with --json. */
  note(line: string): void;
  /** Replaces the last progress line on a terminal, else prints each new text once. */
  progress(text: string): void;
  /** The same for text that changes all the time: only on a terminal. */
  live(text: string): void;
  endProgress(): void;
}

export function createTerminal({ isJson }: { isJson: boolean }): Terminal {
  const isTty = process.stderr.isTTY === true;
  const spinner = ora({ stream: process.stderr, isSilent: isJson || !isTty, discardStdin: false });
  let shown = '';
  const clear = (): void => {
    spinner.stop();
    shown = '';
  };
  const live = (text: string): void => {
    spinner.text = text;
    if (!spinner.isSpinning) spinner.start();
  };
  return {
    isJson,
    print: (line) => {
      clear();
      if (!isJson) console.log(line);
    },
    json: (value) => {
      clear();
      if (isJson) console.log(JSON.stringify(value));
    },
    note: (line) => {
      clear();
      if (!isJson) console.error(line);
    },
    progress: (text) => {
      if (isTty) live(text);
      else if (!isJson && text !== shown) console.error(text);
      shown = text;
    },
    live,
    endProgress: clear,
  };
}

/** Coloured only where the stream is a terminal, and as NO_COLOR and FORCE_COLOR say. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

const STATE_STYLES: Readonly<Record<string, Style>> = {
  deployed: 'green',
  failed: 'red',
  rejected: 'red',
  canceled: 'yellow',
  superseded: 'gray',
  building: 'cyan',
  pushed: 'cyan',
  applying: 'cyan',
};

export function paintState(state: string): string {
  return paint(STATE_STYLES[state] ?? 'reset', state);
}

/** Columns aligned by width, without borders. */
export function columns(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const options = {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: 2 },
    drawHorizontalLine: () => false,
  };
  return table(
    rows.map((row) => [...row]),
    options,
  )
    .replace(/[ \t]+$/gm, '')
    .trimEnd();
}

/** `3 s`, `4 min`, `2 h`, `5 d`: how long ago, or how long something took. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Decimal units, as Object Storage bills them. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
