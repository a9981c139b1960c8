// OCI's general error codes (API/References/apierrors) as they go over the wire.
import { ServiceError } from '../types.ts';

/** 401: no signature, a wrong one, an unknown key, an expired token. */
export function notAuthenticated(
  message = 'The required information to complete authentication was not provided or was incorrect.',
): ServiceError {
  return new ServiceError(401, 'NotAuthenticated', message);
}

/** 404: OCI never says whether a thing is absent or forbidden. */
export function notAuthorizedOrNotFound(
  message = 'Authorization failed or requested resource not found.',
): ServiceError {
  return new ServiceError(404, 'NotAuthorizedOrNotFound', message);
}

/** 400: the bytes are not what the operation reads (bad JSON, bad path). */
export function cannotParseRequest(message: string): ServiceError {
  return new ServiceError(400, 'CannotParseRequest', message);
}

/** 400: it was read, and a value is wrong or missing. */
export function invalidParameter(message: string): ServiceError {
  return new ServiceError(400, 'InvalidParameter', message);
}
