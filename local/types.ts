// The inner contract of the local region: what a service is, what a call carries, what the region offers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';

/** Who signed a call. `claims` are what IAM conditions may ask of it (`request.principal.…`). */
export interface Principal {
  readonly kind: 'user' | 'instance' | 'resource' | 'service';
  /** User, instance or resource OCID; for a service its name, such as `cloudEvents`. */
  readonly id: string;
  readonly compartmentId: string;
  readonly tenancyId: string;
  /** `instance`, `fnfunc`, `alarm`, …: the value of `request.principal.type` and of `resource.type`. */
  readonly type: string;
}

/** One HTTP call on its way to an operation. The raw request stays reachable for streams. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path parameters, percent-decoded once; the wildcard is `*`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly requestId: string;
  /** Undefined only on routes with `auth: 'none'`. */
  readonly principal: Principal | undefined;
  header(name: string): string | undefined;
  /** The body, parsed; an empty body is `undefined`. Throws OCI's 400 `CannotParseRequest`. */
  json(): Promise<unknown>;
  /** The body as bytes (cached: it may be asked for twice). */
  bytes(): Promise<Buffer>;
}

/** What an operation answers. An object body becomes JSON, a Buffer or stream goes out as it is. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | Buffer | Readable;
}

/** What IAM decides on, beside the operation: where it is, and the `target.…` variables that apply. */
export interface Target {
  readonly compartmentId: string;
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Which permissions of the operation apply, where that depends on the call: `PutObject` onto a name that
   * exists is `overwrite`, `DeleteObject` with a versionId is `version`; see identity/operations.ts.
   */
  readonly variant?: string;
}

export interface Route {
  /** OCI's operation name, such as `PutObject`: the key into identity's table operation → permissions. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** find-my-way syntax, such as `/n/:namespace/b/:bucket/o/*`. */
  readonly path: string;
  /** `signed` (default): signature and IAM; `authenticated`: signature only; `none`: neither. */
  readonly auth?: 'signed' | 'authenticated' | 'none';
  /** Where the called thing lives; undefined: the tenancy's root. May throw a ServiceError (bad name). */
  target?(call: Call): Target | undefined | Promise<Target | undefined>;
  /** The answer to a denied call, where it is not 404 `NotAuthorizedOrNotFound`. */
  denied?(call: Call): ServiceError;
  handle(call: Call): Promise<Reply> | Reply;
}

export interface Service {
  readonly name: string;
  readonly routes: readonly Route[];
  /** After the server listens; in the order of the services. */
  start?(): Promise<void>;
  /** Before the server closes; in reverse order. Must end every process and container it started. */
  stop?(): Promise<void>;
  /** `POST /_galley/reset`: forget what users made (objects, commands, images), keep what the twin says. */
  reset?(): Promise<void> | void;
  /** What this service adds to the line `galley up` prints, such as `{registry: '127.0.0.1:5000'}`; after `start`. */
  describe?(): Readonly<Record<string, string>>;
}

/** OCI's error on the wire: `{code, message}` with a status. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The envelope of OCI events (facts B): published by object-storage, registry and alarms; matched by rules. */
export interface CloudEvent {
  readonly eventType: string;
  readonly cloudEventsVersion: '0.1';
  readonly eventTypeVersion: string;
  readonly source: string;
  readonly eventID: string;
  readonly eventTime: string;
  readonly contentType: 'application/json';
  readonly data: {
    readonly compartmentId: string;
    readonly compartmentName: string;
    readonly resourceName: string;
    readonly resourceId: string;
    readonly availabilityDomain: string;
    readonly additionalDetails: Readonly<Record<string, unknown>>;
  };
  readonly extensions: { readonly compartmentId: string };
}

/** One resource instance of a Terraform state: `type` and `name` of the block, index of count/for_each, values. */
export interface TwinResource {
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What exists in the region, read from a Terraform state file. */
export interface Twin {
  readonly resources: readonly TwinResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  of(type: string): readonly TwinResource[];
}

/** A planted fault; see docs/local-region.md for the names. Asking `take` uses it up. */
export interface Faults {
  /** The fault to play now at this place, or undefined. `where` is matched against the fault's `where` pattern. */
  take(name: string, where?: string): { readonly value: number; readonly text: string } | undefined;
  /** A fault that stays in force until it is lifted, such as `iam-delay`: asking does not use it up. */
  standing(
    name: string,
    where?: string,
  ): { readonly value: number; readonly text: string; readonly plantedAt: Date } | undefined;
}

export interface Invocation {
  readonly functionId: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly detached: boolean;
  /** Who invokes, for IAM; services act by name (`cloudEvents`). */
  readonly by: Principal;
}

/** What one service offers another inside the region, registered by name at construction. */
export interface Wiring {
  /** events: publish to the rules. */
  publish(event: CloudEvent): void;
  /** functions: run one, through IAM; resolves with the function's answer (detached: at once, 202). */
  invoke(invocation: Invocation): Promise<{ status: number; headers: Record<string, string>; body: Buffer }>;
  /** notifications: send one message to a topic's subscriptions. */
  notify(topicId: string, message: { title: string; body: string }): void;
  /** identity: would this principal be allowed? Used by services acting on behalf (events, scheduler, token webhook). */
  isAllowed(principal: Principal, operation: string, target: Target | undefined): boolean;
  /** identity: a fresh resource principal session for a function: files' content. */
  resourcePrincipal(functionId: string): { rpst: string; privatePem: string };
  /** identity: what an instance's metadata service hands out for its instance principal, as PEM. */
  instanceCertificate(instanceId: string): Promise<{ cert: string; key: string; intermediate: string }>;
  /** identity: OCIDs of a principal's groups and dynamic groups, which Kubernetes roles are bound to. */
  groupsOf(principal: Principal): readonly string[];
  /** identity: verify a signed request line given as parts (OKE token), returning who signed. Throws ServiceError 401. */
  verifySigned(request: {
    method: string;
    url: string;
    headers: Readonly<Record<string, string>>;
  }): Principal;
  /** identity: mint the base64 registry token's principal back, undefined when it is not ours or expired. */
  registryPrincipal(token: string): Principal | undefined;
  /** registry: what a principal logs in with, as user `BEARER_TOKEN`; what it may do is asked of IAM when it does. */
  registryToken(principal: Principal): string;
  /** registry: `host:port` images are pushed to; known after the registry's `start`. */
  registryHost(): string;
}

export interface Region {
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  readonly endpoint: string;
  /** OCI region identifier, such as `eu-frankfurt-1`. */
  readonly name: string;
  readonly tenancyId: string;
  readonly compartmentId: string;
  /** Object Storage namespace of the tenancy. */
  readonly namespace: string;
  /** Directory all state lives in; services use a subdirectory of their own name. */
  readonly directory: string;
  readonly database: DatabaseSync;
  readonly twin: Twin;
  readonly faults: Faults;
  /** Options of `galley up` that services read. */
  readonly options: RegionOptions;
  /** Filled by the services' factories: `region.wiring.invoke = …`. Asking for what nobody offered throws. */
  readonly wiring: Wiring;
  now(): Date;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface RegionOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly cluster: 'auto' | 'stand-in' | 'real' | `kubeconfig=${string}`;
  /** How functions run. `auto`: containers when podman can, else processes. */
  readonly functions: 'auto' | 'containers' | 'processes';
  /** Who runs the cluster's containers: podman, or nobody (they show statuses only). `auto`: podman where it works. */
  readonly pods: 'auto' | 'containers' | 'played';
  /** Where the bundles `<name>.js` of the functions lie (with `galley-build.mjs` beside), absolute. */
  readonly bundles: string;
  /** Seconds between the alarm's firings (OCI: 60). */
  readonly clockSeconds: number;
  /** Seconds between polls of the instance agent (OCI: minutes). */
  readonly agentSeconds: number;
  /** A registry that is there already, `host:port`; undefined: one of our own. */
  readonly registry: string | undefined;
  /** Where built tools (kube-apiserver, …) lie or may be built; undefined: `~/.cache/galley/tools`. */
  readonly tools: string | undefined;
}
