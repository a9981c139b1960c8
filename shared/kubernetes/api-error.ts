// A refusal of the API server: its status, its own words, and whether asking again can help.
import { PipelineError, type Retry } from '../errors.ts';
import { at, listAt, textAt } from './objects.ts';

/** One of `details.causes` in a Kubernetes Status. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** Messages of immutable fields print Go structs, kilobytes long; the useful part is at both ends. */
const WORDS_SHOWN = 600;

export class ApiError extends PipelineError {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The server's words, whole. */
  readonly words: string;
  readonly causes: readonly Cause[];
  readonly method: string;
  /** Path of the request, without query. */
  readonly path: string;

  constructor(
    call: { method: string; path: string },
    answer: { status: number; body: unknown; cause?: unknown },
  ) {
    const words = wordsOf(answer.body, answer.status);
    const reason =
      textAt(answer.body, 'reason') ?? (answer.status === 0 ? 'NoAnswer' : `Status${answer.status}`);
    super(`${call.method} ${call.path}: ${answer.status || 'no answer'} ${reason}: ${shorten(words)}`, {
      retry: retryOf(answer.status, words),
      reason,
      cause: answer.cause,
      ...hintOf(answer.status, words),
    });
    this.status = answer.status;
    this.words = words;
    this.causes = causesOf(answer.body);
    this.method = call.method;
    this.path = call.path;
  }
}

/**
 * What does not fit its type, an unknown field or a quantity that is none, is answered 500 by server-side apply
 * (apimachinery: managedfields/internal/structuredmerge.go), and never gets better.
 */
const NOT_IN_SCHEMA = /failed to (create typed patch object|convert new (typed )?object)/;

/** Whether the server meant a mistake in the object, whatever its status says. */
export function isSchemaError({ words }: { words: string }): boolean {
  return NOT_IN_SCHEMA.test(words);
}

function retryOf(status: number, words: string): Retry {
  if (isSchemaError({ words })) return 'never';
  return status === 0 || status === 408 || status === 429 || status >= 500 ? 'later' : 'never';
}

function wordsOf(body: unknown, status: number): string {
  if (typeof body === 'string' && body.trim() !== '') return body.trim();
  return textAt(body, 'message') ?? `HTTP status ${status}`;
}

function causesOf(body: unknown): Cause[] {
  return listAt(body, 'details', 'causes').map((cause) => ({
    reason: textAt(cause, 'reason') ?? '',
    message: textAt(cause, 'message') ?? '',
    field: textAt(cause, 'field') ?? '',
  }));
}

/** The beginning and the end of a long text. */
export function shorten(words: string, limit = WORDS_SHOWN): string {
  if (words.length <= limit) return words;
  const half = Math.floor((limit - 5) / 2);
  return `${words.slice(0, half)} ... ${words.slice(-half)}`;
}

/** Causes worth checking, by symptom (facts oke-apply §1.6). */
function hintOf(status: number, words: string): { hint?: string } {
  if (status === 401) {
    const hint =
      'the token was refused: is the clock right within 5 minutes, is GALLEY_REGION the region of the cluster, ' +
      'and may the function `use clusters`?';
    return { hint };
  }
  if (status !== 0) return {};
  if (/certificate|self.signed|altname/i.test(words)) {
    return { hint: "is this the cluster's own endpoint, and its CA from the kubeconfig?" };
  }
  const hint = 'can the subnet of the function reach the endpoint on TCP 6443 (security list, route)?';
  return { hint };
}

/** Is it this server answer? */
export function isStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}

/** The name in `namespaces "shop" not found`, when that is why a call failed. */
export function missingNamespace(error: unknown): string | undefined {
  if (!isStatus(error, 404)) return undefined;
  return /^namespaces "([^"]+)" not found/.exec(error.words)?.[1];
}

/** What `details` of a Status says about the object. */
export function detailOf(body: unknown, field: 'kind' | 'group' | 'name'): string | undefined {
  return textAt(at(body, 'details'), field);
}
