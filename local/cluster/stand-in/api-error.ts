// Kubernetes' error body, `kind: Status`, in the API server's words.

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** Thrown by operations; the server answers it as a Status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: {
    code: number;
    reason: string;
    message: string;
    details?: Readonly<Record<string, unknown>>;
  }) {
    super(status.message);
    this.code = status.code;
    this.reason = status.reason;
    this.details = status.details ?? {};
  }

  toStatus(): Record<string, unknown> {
    const { code, reason, message, details } = this;
    const shown = Object.keys(details).length > 0 ? { details } : {};
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...shown,
      code,
    };
  }
}

export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly name: string;
}

/** `deployments.apps`; the core group has no suffix. */
export function qualified({ plural, group }: { plural: string; group: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf({ name, group, plural }: Named): Readonly<Record<string, unknown>> {
  return { name, ...(group === '' ? {} : { group }), kind: plural };
}

export function notFound(what: Named): ApiError {
  const message = `${qualified(what)} "${what.name}" not found`;
  return new ApiError({ code: 404, reason: 'NotFound', message, details: detailsOf(what) });
}

/** The path itself leads nowhere: an unknown group, version or resource. */
export function noSuchResource(): ApiError {
  const message = 'the server could not find the requested resource';
  return new ApiError({ code: 404, reason: 'NotFound', message });
}

export function alreadyExists(what: Named): ApiError {
  const message = `${qualified(what)} "${what.name}" already exists`;
  return new ApiError({ code: 409, reason: 'AlreadyExists', message, details: detailsOf(what) });
}

export function staleVersion(what: Named): ApiError {
  const message =
    `Operation cannot be fulfilled on ${qualified(what)} "${what.name}": the object has been modified; ` +
    'please apply your changes to the latest version and try again';
  return new ApiError({ code: 409, reason: 'Conflict', message, details: detailsOf(what) });
}

export function conflict(message: string, what: Named): ApiError {
  return new ApiError({ code: 409, reason: 'Conflict', message, details: detailsOf(what) });
}

/** 422 with one cause per field, worded as the API server words a field error list. */
export function invalid(what: Named, causes: readonly StatusCause[]): ApiError {
  const kind = what.group === '' ? what.kind : `${what.kind}.${what.group}`;
  const list = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
  const details = { ...detailsOf({ ...what, plural: what.kind }), causes };
  const message = `${kind} "${what.name}" is invalid: ${text}`;
  return new ApiError({ code: 422, reason: 'Invalid', message, details });
}

export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, reason: 'BadRequest', message });
}

export function forbidden(what: Named, why: string): ApiError {
  const message = `${qualified(what)} "${what.name}" is forbidden: ${why}`;
  return new ApiError({ code: 403, reason: 'Forbidden', message, details: detailsOf(what) });
}

export function unsupportedMediaType(got: string, supported: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format (${got}) - accepted media types include: ${supported.join(', ')}`;
  return new ApiError({ code: 415, reason: 'UnsupportedMediaType', message });
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError({ code: 405, reason: 'MethodNotAllowed', message });
}

/** 500 without a reason: what the API server answers to an apply it cannot type. */
export function untypedPatch(
  object: { apiVersion: string; kind: string; metadata: { name: string } },
  why: string,
): ApiError {
  const version = object.apiVersion.includes('/') ? object.apiVersion : `/${object.apiVersion}`;
  const message = `failed to create typed patch object (/${object.metadata.name}; ${version}, Kind=${object.kind}): ${why}`;
  return new ApiError({ code: 500, reason: '', message });
}
