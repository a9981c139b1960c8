// The numbers of the functions service; OCI's own, made generous where a busy laptop is slower than OCI.

export interface FunctionsSettings {
  /** Until the listener's socket has to be there. Fn: 5 s; six times that for a machine under load. */
  readonly readySeconds: number;
  /** Idle time after which a container is frozen. Fn: 50 ms. */
  readonly freezeSeconds: number;
  /** Idle time after which a container is removed. Fn's default: 30 s. */
  readonly idleSeconds: number;
  /** Containers of one function at most; more calls wait. OCI bounds memory instead (60 GB per AD). */
  readonly containers: number;
  /** Sources of the functions' Dockerfiles: `<dockerfiles>/<name>/Dockerfile`. */
  readonly dockerfiles: string | undefined;
}

export const DEFAULT_SETTINGS: FunctionsSettings = {
  readySeconds: 30,
  freezeSeconds: 0.05,
  idleSeconds: 30,
  containers: 8,
  dockerfiles: undefined,
};

/** Largest request and response body (facts E.1). */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Size of /tmp in MB by memory in MB (facts E.1). */
export const TMP_MB: Readonly<Record<number, number>> = {
  128: 32,
  256: 64,
  512: 128,
  1024: 256,
  2048: 512,
  3072: 768,
};
