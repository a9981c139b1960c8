// What galley-build asks of the outside; oci.ts answers over OCI, tests in memory.
import type { BuildKey, Fault } from '../shared/build/build.ts';
import type { RegistryLogin } from '../shared/oci/registry-login.ts';
import type { Cancels, Texts, Uploads } from '../shared/pipeline/ports.ts';

/** `results/<app>/<build>/<attempt>`, version 1; read by shared/oci/result-shape.ts. */
export interface BuildResult {
  readonly version: 1;
  readonly app: string;
  readonly build: string;
  readonly attempt: number;
  /** Of the upload the image was made from. */
  readonly eTag: string;
  readonly outcome: 'succeeded' | 'failed' | 'canceled';
  readonly phase: string;
  readonly fault?: Fault;
  readonly reason?: string;
  readonly detail?: string;
  readonly exitCode: number;
  /** `<repository>@sha256:…` */
  readonly image?: string;
  readonly digest?: string;
  readonly logTail: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface BuildPorts {
  /** Begins to become the instance principal: the first call need not wait for all of it. Never rejects. */
  signIn(): Promise<void>;
  readonly uploads: Pick<Uploads, 'open'>;
  readonly cancels: Pick<Cancels, 'find'>;
  readonly texts: Pick<Texts, 'writeManifests'>;
  /** One piece of the log; `number` orders them. */
  writeLog(key: BuildKey, number: number, text: string): Promise<void>;
  /** Says that the attempt is alive. */
  writeSign(key: BuildKey, attempt: number): Promise<void>;
  writeResult(result: BuildResult): Promise<void>;
  /** Made anew on every call: tokens last about an hour. */
  login(host: string): Promise<RegistryLogin>;
  now(): Date;
}
