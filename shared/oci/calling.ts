// One call to OCI: what is worth trying again, and what is said when it fails for good.
import pRetry from 'p-retry';
import { messageOf, PipelineError, type Retry } from '../errors.ts';

/** Four tries in about three seconds: a longer outage is the next sweep's business. */
const RETRIES = 3;
const FIRST_PAUSE_MS = 150;
/** No new try after this long: with one call's own deadline it stays within a function's 30 s. */
const RETRY_WITHIN_MS = 12_000;

/** What the SDK throws, by its fields: two copies of oci-common make `instanceof` useless (facts run-command §0.10). */
interface Answer {
  readonly statusCode: number;
  readonly serviceCode: string;
  readonly message: string;
  readonly opcRequestId?: string | null;
}

/**
 * Calls OCI, again when that can help. For calls that are safe to repeat.
 * @param what what is being done and to what, for the message: `reading record shop/2026…`
 * @throws PipelineError with OCI's code as `reason` and its words, code and opc-request-id in the message
 */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  return pRetry(() => callingOnce(what, call), {
    retries: RETRIES,
    minTimeout: FIRST_PAUSE_MS,
    maxRetryTime: RETRY_WITHIN_MS,
    randomize: true,
    shouldRetry: ({ error }) => isPassing(error),
  });
}

/** The same without trying again: for writes whose first try may have landed. @throws PipelineError */
export async function callingOnce<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw failed(what, cause);
  }
}

/** The status OCI answered with, when the error is of an answered call. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof PipelineError && isAnswer(error.cause) ? error.cause.statusCode : undefined;
}

/**
 * Does the answer say that the thing is not there? `BucketNotFound` does not: it is what a denied call is told, and
 * now and then a good one (facts A.6).
 */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && !isDenial(error);
}

/** 404 for what is not there or not allowed: nobody is told which. */
export function isDenial(error: unknown): boolean {
  if (!(error instanceof PipelineError)) return false;
  return error.reason === 'BucketNotFound' || error.reason === 'NotAuthorizedOrNotFound';
}

/** The conditions of a conditional call did not hold. */
export function isOutrun(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** May the very same call work in a second? Not answered at all, throttled, broken, or one of the spurious denials. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof PipelineError)) return false;
  const status = statusOf(error);
  if (status === 401 || error.reason === 'BucketNotFound') return true;
  return status === undefined ? error.retry === 'later' : isTrouble(status, error.reason);
}

function isTrouble(status: number, code: string | undefined): boolean {
  return status === 429 || status >= 500 || (status === 409 && code === 'IncorrectState');
}

function failed(what: string, cause: unknown): PipelineError {
  if (cause instanceof PipelineError) return cause;
  if (isAnswer(cause)) {
    const { statusCode, serviceCode, message, opcRequestId } = cause;
    const said = `${statusCode} ${serviceCode}: ${message} (opc-request-id ${opcRequestId ?? 'none'})`;
    const hint = HINTS[serviceCode];
    const retry = retryOf(statusCode, serviceCode);
    const options = { retry, reason: serviceCode, cause, ...(hint === undefined ? {} : { hint }) };
    return new PipelineError(`${what}: ${said}`, options);
  }
  // Our own mistakes (a TypeError in an adapter) never pass by waiting; the SDK's network errors are plain objects.
  const retry: Retry = cause instanceof TypeError ? 'never' : 'later';
  return new PipelineError(`${what}: ${messageOf(cause)}`, { retry, cause });
}

/** A denial may be a policy that has not arrived everywhere: minutes (facts A.6), up to 15 for a function's token. */
const LATER_CODES = new Set(['LimitExceeded', 'QuotaExceeded', 'NotAuthorizedOrNotFound', 'BucketNotFound']);

function retryOf(status: number, code: string): Retry {
  return status === 401 || isTrouble(status, code) || LATER_CODES.has(code) ? 'later' : 'never';
}

const DENIED_HINT =
  'Either it is not there, or the caller may not use it: `galley doctor` names the missing policy statement. New policies take minutes to work.';
const HINTS: Readonly<Record<string, string>> = {
  BucketNotFound: DENIED_HINT,
  NotAuthorizedOrNotFound: DENIED_HINT,
  NotAuthenticated:
    'Is the clock of the caller right to five minutes, and is its key or session token valid?',
  LimitExceeded: 'A service limit of the tenancy is reached: see Governance, Limits, Quotas and Usage.',
  QuotaExceeded: 'A compartment quota is reached.',
};

function isAnswer(cause: unknown): cause is Answer {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'statusCode' in cause &&
    typeof cause.statusCode === 'number' &&
    'serviceCode' in cause
  );
}
