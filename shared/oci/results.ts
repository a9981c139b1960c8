// `results/<app>/<build>/<attempt>`: what galley-build said at the end. Written where users' code ran: not trusted.
// `logs/<app>/<build>.<attempt>`: empty, written again and again as long as galley-build lives; its time counts.
import type { BuildKey } from '../build/build.ts';
import type { Result } from '../build/seen.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Results } from '../pipeline/ports.ts';
import type { Bucket } from './bucket.ts';

/** Ours are a few KB: a tail of the log and some sentences. */
const LIMIT_BYTES = 256 * 1024;

/** @param log told of a result that is none; the build then ends by its command's own state */
export function ociResults(state: Bucket, log: Log): Results {
  return {
    find: async (key, attempt) => {
      const object = `results/${key.app}/${key.id}/${attempt}`;
      try {
        const text = await state.findText(object, LIMIT_BYTES);
        return text === undefined ? undefined : await parse(text, { key, attempt });
      } catch (error) {
        if (!(error instanceof WrongResult) && !isTooLong(error)) throw error;
        log('a result object is not used', { object, why: messageOf(error) });
        return undefined;
      }
    },
    heard: async ({ app, id }, attempt) => {
      const written = await state.writtenAt(`logs/${app}/${id}.${attempt}`);
      return written?.toISOString();
    },
  };
}

class WrongResult extends Error {}

async function parse(text: string, { key, attempt }: { key: BuildKey; attempt: number }): Promise<Result> {
  // Loaded when there is something to read: most looks find no result.
  const { parseResult } = await import('./result-shape.ts');
  const parsed = parseResult(text);
  if ('problem' in parsed) throw new WrongResult(parsed.problem);
  const { app, build, attempt: said, result } = parsed;
  if (app === key.app && build === key.id && said === attempt) return result;
  throw new WrongResult(`it speaks of ${app}/${build} attempt ${said}`);
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === 'TooLong';
}
