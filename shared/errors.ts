// The one error class: what was tried, whether trying again can help, and what to check.

/** `later`: the same call may work in a while (429, 5xx, network). `never`: not without a change. */
export type Retry = 'never' | 'later';

export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly retry: Retry;
  readonly hint: string | undefined;
  /** CamelCase word for machines, such as `TarballRefused`. */
  readonly reason: string | undefined;

  constructor(message: string, options: { retry: Retry; hint?: string; reason?: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retry = options.retry;
    this.hint = options.hint;
    this.reason = options.reason;
  }
}

/** The words of anything thrown; the OCI SDK throws plain objects on network errors (facts run-command §1.5). */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message);
  return String(thrown);
}
