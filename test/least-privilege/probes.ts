// What a caller must not get: each call it made, aimed a little off, or made by somebody a little different.
import type { Principal } from '../../local/types.ts';
import type { Asked } from './recorder.ts';

/** Never the value of anything in a deployment; the prefix keeps each kind's shape. */
const OFF: Readonly<Record<string, string>> = {
  'target.bucket.name': 'somebody-elses',
  'target.object.name': 'elsewhere/some/object',
  'target.instance.id': 'ocid1.instance.oc1..somebodyelses',
  'target.function.id': 'ocid1.fnfunc.oc1..somebodyelses',
  'target.cluster.id': 'ocid1.cluster.oc1..somebodyelses',
  'target.repo.name': 'elsewhere/app',
};

export interface Probe extends Asked {
  /** What is off about it. */
  readonly off: string;
}

export function probesOf(asked: Asked): Probe[] {
  return [...offTarget(asked), ...offPrincipal(asked)];
}

function offTarget(asked: Asked): Probe[] {
  const { target } = asked;
  const { variables = {} } = target;
  return Object.keys(variables).flatMap((name) => {
    const value = OFF[name];
    if (value === undefined) return [];
    return [
      {
        ...asked,
        off: `${name} = ${value}`,
        target: { ...target, variables: { ...variables, [name]: value } },
      },
    ];
  });
}

/** Statements for any-user are held together by what they ask of the caller. */
function offPrincipal(asked: Asked): Probe[] {
  const { principal } = asked;
  if (principal.kind !== 'resource' || principal.type === 'fnfunc') return [];
  const others: readonly (readonly [off: string, principal: Principal])[] = [
    ['another type of caller', { ...principal, type: 'apigateway' }],
    [
      'a caller of another compartment',
      { ...principal, compartmentId: 'ocid1.compartment.oc1..somebodyelses' },
    ],
    ['another caller of the type', { ...principal, id: `ocid1.${principal.type}.oc1..somebodyelses` }],
  ];
  return others.map(([off, other]) => ({ ...asked, off, principal: other }));
}
