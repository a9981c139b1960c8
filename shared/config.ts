// The configuration of every program: which variables it reads, what they must look like, what they become.
import {
  baseUrl,
  type Environment,
  hidden,
  listOf,
  ocid,
  oneOf,
  optional,
  type Parsed,
  parseEnvironment,
  pattern,
  wholeNumber,
} from './environment.ts';

export type { Environment } from './environment.ts';

/** The agent's own limit on scripts in flight (facts run-command §0.2). */
const MOST_SLOTS = 5;
const DAY_SECONDS = 24 * 60 * 60;

const PLACE = {
  /** Region identifier. */
  region: ['GALLEY_REGION', pattern(/^[a-z0-9-]+$/, 'a region identifier such as eu-frankfurt-1')],
  /** Object Storage namespace of both buckets. */
  namespace: ['GALLEY_BUCKET_NAMESPACE', pattern(/^[\w-]+$/, 'the Object Storage namespace')],
  sourceBucket: ['GALLEY_BUCKET_NAME', pattern(/^[\w.-]{1,256}$/, 'the name of the source bucket')],
  stateBucket: ['GALLEY_STATE_BUCKET_NAME', pattern(/^[\w.-]{1,256}$/, 'the name of the state bucket')],
  /** Base URL of every OCI client; only in a local region. */
  endpoint: ['GALLEY_ENDPOINT', optional(baseUrl())],
} as const;

/** The repository of an app is `<ocirEndpoint>/<app>`. */
const OCIR = pattern(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/, '<host>/<tenancy namespace>/<prefix>');
const COMPARTMENT = ocid('compartment|tenancy');
/** The pool. */
const INSTANCES = listOf(ocid('instance'));

const PIPELINE = {
  ...PLACE,
  compartmentId: ['GALLEY_COMPARTMENT_ID', COMPARTMENT],
  ocirEndpoint: ['GALLEY_OCIR_ENDPOINT', OCIR],
  instances: ['GALLEY_BUILD_INSTANCE_ID', INSTANCES],
  /** Builds at once on one instance. */
  slotsEach: ['GALLEY_BUILD_SLOTS', wholeNumber({ from: 1, to: MOST_SLOTS, otherwise: 2 })],
  deliverySeconds: ['GALLEY_DELIVERY_SECONDS', wholeNumber({ from: 1, to: DAY_SECONDS, otherwise: 900 })],
  buildSeconds: ['GALLEY_BUILD_SECONDS', wholeNumber({ from: 1, to: DAY_SECONDS, otherwise: 1800 })],
} as const;

const POLL_BUILD = {
  ...PIPELINE,
  applyFunctionId: ['GALLEY_APPLY_FUNCTION_ID', ocid('fnfunc')],
  /** Terraform's `invoke_endpoint` of apply; absent: asked of the Functions service. */
  applyInvokeEndpoint: ['GALLEY_APPLY_INVOKE_ENDPOINT', optional(baseUrl())],
} as const;

const KIND = pattern(
  /^[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)?$/,
  'a kind such as ClusterRole.rbac.authorization.k8s.io',
);
const NAMESPACE = pattern(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a DNS label');

const APPLY = {
  ...PIPELINE,
  clusterId: ['GALLEY_CLUSTER_ID', ocid('cluster')],
  /** Which of the cluster's endpoints; absent: the public one if there is one, else the private one. */
  clusterEndpoint: [
    'GALLEY_CLUSTER_ENDPOINT',
    optional(oneOf(['PUBLIC_ENDPOINT', 'PRIVATE_ENDPOINT', 'VCN_HOSTNAME'])),
  ],
  /** What an administrator has opened up, beyond the default. */
  allowedKinds: ['GALLEY_ALLOWED_KINDS', optional(listOf(KIND))],
  allowedNamespaces: ['GALLEY_ALLOWED_NAMESPACES', optional(listOf(NAMESPACE))],
} as const;

const BUILD_INSTANCE = {
  ...PLACE,
  ocirEndpoint: ['GALLEY_OCIR_ENDPOINT', OCIR],
  /** With the token's secret: the login of the original design. Absent: the instance principal's own. */
  ocirUsername: ['GALLEY_OCIR_USERNAME', optional(pattern(/^[^\s:]+$/, 'a user name without blanks'))],
  /** Secret OCID; somebody may have put the token itself here. */
  ocirAuthTokenId: ['GALLEY_OCIR_AUTH_TOKEN', hidden(optional(ocid('vaultsecret')))],
} as const;

const TOOL = {
  ...PLACE,
  compartmentId: ['GALLEY_COMPARTMENT_ID', optional(COMPARTMENT)],
  ocirEndpoint: ['GALLEY_OCIR_ENDPOINT', optional(OCIR)],
  instances: ['GALLEY_BUILD_INSTANCE_ID', optional(INSTANCES)],
  applyFunctionId: ['GALLEY_APPLY_FUNCTION_ID', optional(ocid('fnfunc'))],
  clusterId: ['GALLEY_CLUSTER_ID', optional(ocid('cluster'))],
} as const;

export type PlaceConfig = Parsed<typeof PLACE>;
export type PollBuildConfig = WithLimits<Parsed<typeof POLL_BUILD>>;
export type ApplyConfig = WithLimits<Parsed<typeof APPLY>>;
export type BuildInstanceConfig = Parsed<typeof BUILD_INSTANCE>;
export type ToolConfig = Parsed<typeof TOOL>;
/** What all three functions have. */
export type PipelineConfig = WithLimits<Parsed<typeof PIPELINE>>;

interface Seconds {
  readonly deliverySeconds: number;
  readonly buildSeconds: number;
}
type WithLimits<T extends Seconds> = Omit<T, keyof Seconds> & { readonly limits: Seconds };

function withLimits<T extends Seconds>({ deliverySeconds, buildSeconds, ...rest }: T): WithLimits<T> {
  return { ...rest, limits: { deliverySeconds, buildSeconds } };
}

/** Of functions/upload-trigger. @throws PipelineError naming every wrong variable */
export function uploadTriggerConfig(env: Environment): PipelineConfig {
  return withLimits(parseEnvironment(env, PIPELINE));
}

/** Of functions/poll-build. @throws PipelineError naming every wrong variable */
export function pollBuildConfig(env: Environment): PollBuildConfig {
  return withLimits(parseEnvironment(env, POLL_BUILD));
}

/** Of functions/apply. @throws PipelineError naming every wrong variable */
export function applyConfig(env: Environment): ApplyConfig {
  return withLimits(parseEnvironment(env, APPLY));
}

/** Of galley-build: `/etc/galley/build.env`. @throws PipelineError naming every wrong variable */
export function buildInstanceConfig(env: Environment): BuildInstanceConfig {
  return parseEnvironment(env, BUILD_INSTANCE);
}

/** Of the command line; what is optional is for `galley doctor`. @throws PipelineError naming every wrong variable */
export function toolConfig(env: Environment): ToolConfig {
  return parseEnvironment(env, TOOL);
}
