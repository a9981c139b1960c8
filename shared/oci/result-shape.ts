// The shape of a result object, version 1. Nothing in it is believed beyond its type and length.
import * as z from 'zod/mini';
import type { Result } from '../build/seen.ts';

/** A record has room for much less; the log has the rest. */
const TEXT_LIMIT = 4000;
const LINE_LIMIT = 1000;
const LINES_LIMIT = 200;

function text(limit: number) {
  return z.pipe(
    z.string(),
    z.transform((long: string) => long.slice(0, limit)),
  );
}

const Shape = z.object({
  version: z.literal(1),
  app: z.string(),
  build: z.string(),
  attempt: z.int().check(z.positive()),
  eTag: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'canceled']),
  phase: text(40),
  fault: z.optional(z.enum(['user', 'platform'])),
  reason: z.optional(text(80)),
  detail: z.optional(text(TEXT_LIMIT)),
  exitCode: z.int().check(z.gte(0), z.lte(255)),
  image: z.optional(text(600)),
  logTail: z.pipe(
    z.array(text(LINE_LIMIT)),
    z.transform((lines: string[]) => lines.slice(-LINES_LIMIT)),
  ),
});

export type ParsedResult =
  | { readonly app: string; readonly build: string; readonly attempt: number; readonly result: Result }
  | { readonly problem: string };

/** Text in, a result or what is wrong with it out. Never throws. */
export function parseResult(json: string): ParsedResult {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const { data, error } = Shape.safeParse(value);
  if (data === undefined) {
    const fields = error.issues.map(({ path, code }) => `${path.join('.') || 'all of it'} (${code})`);
    return { problem: `wrong: ${fields.slice(0, 5).join(', ')}` };
  }
  const { app, build, version: _version, fault, reason, detail, image, ...rest } = data;
  const result: Result = {
    ...rest,
    ...(fault === undefined ? {} : { fault }),
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(image === undefined ? {} : { image }),
  };
  return { app, build, attempt: data.attempt, result };
}
