// The applications and functions of the twin, as this service needs them.
import type { Region, TwinResource } from '../../types.ts';

export interface FunctionDefinition {
  readonly id: string;
  readonly name: string;
  readonly compartmentId: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly image: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly detachedTimeoutSeconds: number;
  /** The application's configuration and the function's own; the function wins. */
  readonly config: Readonly<Record<string, string>>;
  /** The resource in the Terraform state. */
  readonly resource: TwinResource;
}

/** OCI's default timeout of a synchronous call, and its default memory (facts E.1). */
const DEFAULT_SECONDS = 30;
const DEFAULT_MEMORY_MB = 128;

/** All functions of the region's twin. */
export function functionsOf(region: Region): readonly FunctionDefinition[] {
  const applications = region.twin.of('oci_functions_application');
  return region.twin.of('oci_functions_function').map((resource) => {
    const { values } = resource;
    const application = applications.find((one) => one.values.id === values.application_id);
    const timeoutSeconds = Number(values.timeout_in_seconds ?? DEFAULT_SECONDS);
    return {
      id: text(values.id),
      name: text(values.display_name),
      compartmentId: text(application?.values.compartment_id ?? region.compartmentId),
      applicationId: text(values.application_id),
      applicationName: text(application?.values.display_name),
      image: text(values.image),
      memoryMb: Number(values.memory_in_mbs ?? DEFAULT_MEMORY_MB),
      timeoutSeconds,
      detachedTimeoutSeconds: Number(values.detached_mode_timeout_in_seconds || timeoutSeconds),
      config: { ...texts(application?.values.config), ...texts(values.config) },
      resource,
    };
  });
}

/** A value of a Terraform state as text; what is absent is the empty text. */
export function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** A map of a Terraform state with text values. */
export function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, text(one)]));
}
