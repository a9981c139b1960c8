// Bytes into lines, as a terminal would show them: progress bars keep their last state.
import { StringDecoder } from 'node:string_decoder';

/** A longer line is cut into several. */
const LINE_CHARACTERS = 8192;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed
const ESCAPES = /\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007]*\u0007|[@-Z\\-_])/g;

export interface Lines {
  push(chunk: Uint8Array): void;
  /** The last line, when it has no end. */
  end(): void;
}

export function createLines(onLine: (line: string) => void): Lines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const emit = (line: string): void => {
    const shown = line.replace(/\r$/, '').replace(/^.*\r/s, '').replace(ESCAPES, '');
    for (let at = 0; at === 0 || at < shown.length; at += LINE_CHARACTERS) {
      onLine(shown.slice(at, at + LINE_CHARACTERS));
    }
  };
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) emit(line);
    if (rest.length <= LINE_CHARACTERS) return;
    emit(rest);
    rest = '';
  };
  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk))),
    end: () => {
      take(decoder.end());
      if (rest !== '') emit(rest);
      rest = '';
    },
  };
}
