// What OCI answers when an invocation does not end well: status, code and text of facts E.2.
import { ServiceError } from '../../types.ts';

const FAILURES = {
  tooLarge: [413, 'FunctionInvokeRequestContentTooLarge', 'Request content too large'],
  failed: [502, 'FunctionInvokeExecutionFailed', 'function failed'],
  broken: [502, 'FunctionInvokeExecutionError', 'error receiving function response'],
  invalidResponse: [502, 'FunctionInvokeInvalidResponse', 'invalid function response'],
  initFailed: [
    502,
    'FunctionInvokeContainerInitFail',
    'Container failed to initialize, please ensure you are using the latest fdk and check the logs',
  ],
  noImage: [502, 'FunctionInvokeImageNotAvailable', 'Failed to pull function image'],
  responseTooLarge: [502, 'FunctionInvokeResponseBodyTooLarge', 'function response body too large'],
  busy: [503, 'FunctionInvokeServiceUnavailable', 'Timed out - server too busy'],
  timeout: [504, 'FunctionInvokeTimeout', 'Timed out'],
  initTimeout: [
    504,
    'FunctionInvokeContainerInitTimeout',
    'Container initialization timed out, please ensure you are using the latest fdk and check the logs',
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

export type Failure = keyof typeof FAILURES;

/** The error of one failure, as it goes over the wire. */
export function invokeError(failure: Failure): ServiceError {
  const [status, code, message] = FAILURES[failure];
  return new ServiceError(status, code, message);
}
