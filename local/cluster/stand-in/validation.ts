// The mistakes a deployer meets, refused in the API server's words.
import { at, fieldsOf, isSame, type KubeObject, listOf } from '../object.ts';
import { badRequest, invalid, type Named, type StatusCause } from './api-error.ts';
import { unknownFields } from './known-fields.ts';
import { podCauses } from './pod-validation.ts';
import type { Resource } from './resources.ts';
import { objectSelector } from './selectors.ts';

/** 1 MiB of data in a ConfigMap or Secret (core/validation: MaxSecretSize). */
const MAX_DATA_BYTES = 1024 * 1024;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_RULE = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${labelValue.source.slice(1, -1)}')`;
const labelKinds = new Set(['Namespace', 'Service']);

const required = (field: string, message = 'Required value'): StatusCause => ({
  reason: 'FieldValueRequired',
  message,
  field,
});
const wrong = (field: string, message: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message,
  field,
});

/** `fieldValidation=Strict`: a 400 that names every unknown field. */
export function refuseUnknownFields(object: KubeObject, resource: Resource): void {
  const unknown = unknownFields(object);
  if (resource.schema || unknown.length === 0) return;
  const list = unknown.map(({ byIndex }) => `unknown field "${byIndex}"`).join(', ');
  throw badRequest(
    `${object.kind} in version "${resource.version}" cannot be handled as a ${object.kind}: strict decoding error: ${list}`,
  );
}

/** Throws 422 listing all that is wrong with the object, and with the change from what was stored. */
export function validate(object: KubeObject, what: Named, before?: KubeObject): void {
  const causes = [
    ...nameCauses(object),
    ...labelCauses(object),
    ...podCauses(object),
    ...selectorCauses(object),
    ...dataCauses(object),
    ...(object.kind === 'Service' ? serviceCauses(object) : []),
    ...(before ? immutableCauses(before, object) : []),
  ];
  if (causes.length > 0) throw invalid(what, causes);
}

function nameCauses({ kind, metadata: { name } }: KubeObject): StatusCause[] {
  if (/^(Cluster)?Role(Binding)?$/.test(kind))
    return /[/%]/.test(name) ? [wrong('metadata.name', `Invalid value: "${name}"`)] : [];
  const [rule, limit, what] = labelKinds.has(kind)
    ? ([label, 63, 'label'] as const)
    : ([subdomain, 253, 'subdomain'] as const);
  if (rule.test(name) && name.length <= limit) return [];
  const why =
    name.length > limit
      ? `must be no more than ${limit} characters`
      : `a lowercase RFC 1123 ${what} must consist of lower case alphanumeric characters, '-'${what === 'label' ? '' : " or '.'"}, and must start and end with an alphanumeric character (e.g. '${what === 'label' ? 'my-name' : 'example.com'}', regex used for validation is '${rule.source.slice(1, -1)}')`;
  return [wrong('metadata.name', `Invalid value: "${name}": ${why}`)];
}

function labelCauses({ metadata: { labels } }: KubeObject): StatusCause[] {
  const values = Object.values(fieldsOf(labels)).map(String);
  const long = values.filter((value) => value.length > 63);
  const odd = values.filter((value) => value.length <= 63 && !labelValue.test(value));
  return [
    ...long.map((value) => [value, 'must be no more than 63 characters']),
    ...odd.map((value) => [value, LABEL_RULE]),
  ].map(([value, why]) => wrong('metadata.labels', `Invalid value: ${JSON.stringify(value)}: ${why}`));
}

function selectorCauses(object: KubeObject): StatusCause[] {
  if (!['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].includes(object.kind)) return [];
  const selector = at(object, 'spec', 'selector');
  if (selector === undefined) return [required('spec.selector')];
  const labels = fieldsOf(at(object, 'spec', 'template', 'metadata', 'labels'));
  const template = { metadata: { name: '', labels } } as unknown as KubeObject;
  if (objectSelector(fieldsOf(selector))(template)) return [];
  const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
  return [wrong('spec.template.metadata.labels', message)];
}

function dataCauses(object: KubeObject): StatusCause[] {
  if (object.kind !== 'ConfigMap' && object.kind !== 'Secret') return [];
  const size = Buffer.byteLength(Object.values(fieldsOf(object.data)).join(''));
  if (size <= MAX_DATA_BYTES) return [];
  return [
    {
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${MAX_DATA_BYTES} bytes`,
      field: 'data',
    },
  ];
}

function serviceCauses(object: KubeObject): StatusCause[] {
  const spec = fieldsOf(object.spec);
  const isPortless = spec.type === 'ExternalName' || spec.clusterIP === 'None';
  if (listOf(spec.ports).length === 0) return isPortless ? [] : [required('spec.ports')];
  return listOf(spec.ports).flatMap((port, index) => {
    const value = port.port;
    const isPort = typeof value === 'number' && value >= 1 && value <= 65535;
    return isPort
      ? []
      : [
          wrong(
            `spec.ports[${index}].port`,
            `Invalid value: ${JSON.stringify(value)}: must be between 1 and 65535, inclusive`,
          ),
        ];
  });
}

const immutable: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Deployment: [['spec', 'selector']],
  ReplicaSet: [['spec', 'selector']],
  DaemonSet: [['spec', 'selector']],
  StatefulSet: [
    ['spec', 'selector'],
    ['spec', 'serviceName'],
    ['spec', 'volumeClaimTemplates'],
    ['spec', 'podManagementPolicy'],
  ],
  Job: [
    ['spec', 'selector'],
    ['spec', 'template'],
    ['spec', 'completions'],
  ],
  Service: [['spec', 'clusterIP']],
  RoleBinding: [['roleRef']],
  ClusterRoleBinding: [['roleRef']],
  PersistentVolumeClaim: [
    ['spec', 'accessModes'],
    ['spec', 'storageClassName'],
    ['spec', 'volumeMode'],
  ],
};

function immutableCauses(before: KubeObject, after: KubeObject): StatusCause[] {
  return (immutable[after.kind] ?? [])
    .filter((path) => at(before, ...path) !== undefined && !isSame(at(before, ...path), at(after, ...path)))
    .map((path) =>
      wrong(path.join('.'), `Invalid value: ${JSON.stringify(at(after, ...path))}: field is immutable`),
    );
}
