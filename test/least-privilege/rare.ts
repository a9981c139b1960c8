// Calls that no run of minutes makes: too slow, too seldom, or made by a part of OCI that the region does not play.
// They are asked of the evaluator all the same. And the denials that are as they should be.
import type { Target } from '../../local/types.ts';
import { compartmentId, instanceId, PRINCIPALS } from '../deploy/principals.ts';
import type { Asked } from './recorder.ts';

export interface RareCall extends Omit<Asked, 'step'> {
  /** When it is made. */
  readonly step: string;
}

const state = (object: string, variant?: string): Target => ({
  compartmentId,
  variables: { 'target.bucket.name': 'galley-state', 'target.object.name': object },
  ...(variant === undefined ? {} : { variant }),
});
const stateBucket: Target = { compartmentId, variables: { 'target.bucket.name': 'galley-state' } };
const instance: Target = { compartmentId, variables: { 'target.instance.id': instanceId } };

type Row = readonly [
  step: string,
  who: keyof typeof PRINCIPALS,
  calls: readonly (readonly [operation: string, target: Target])[],
];

const ROWS: readonly Row[] = [
  [
    'the Build Instance starts for the first time: cloud-init fetches its program',
    'Build Instance',
    [['GetObject', state('system/galley-build.mjs')]],
  ],
  [
    'a command was not fetched for three minutes: what is wrong with the instance?',
    'poll-build',
    [
      ['GetInstance', instance],
      ['GetInstanceAgentPlugin', instance],
    ],
  ],
  [
    'the reply to a new command was lost, and the function died with it: the command is found by its name',
    'poll-build',
    [['ListInstanceAgentCommands', { compartmentId }]],
  ],
  [
    'two functions claim a slot for one build at once: the second looks whose it is, and gives its own back',
    'upload-trigger',
    [
      ['GetObject', state('slots/i/0')],
      ['DeleteObject', state('slots/i/0')],
    ],
  ],
  [
    'an image-push event comes after the command has ended: apply gives its slot back',
    'apply',
    [['DeleteObject', state('slots/i/0')]],
  ],
  [
    'the image-push event comes and that of the result does not: apply reads the result itself',
    'apply',
    [['GetObject', state('results/app/build/1')]],
  ],
  [
    'objects are old enough, days later; facts iam 6 lists what the service does to find and delete them',
    'Object Storage',
    [
      ['HeadBucket', stateBucket],
      ['GetBucket', stateBucket],
      ['ListObjects', stateBucket],
      ['DeleteObject', state('logs/app/build/000001')],
      ['DeleteObject', state('logs/app/build/000001', 'version')],
    ],
  ],
];

export const RARE: readonly RareCall[] = ROWS.flatMap(([step, who, calls]) =>
  calls.map(([operation, target]) => ({ step, principal: PRINCIPALS[who], operation, target })),
);

/** Denials of a run in which nothing is wrong: who, what, and why it is right. */
export const EXPECTED_DENIALS: readonly { kind: string; operation: string; because: string }[] = [
  {
    kind: 'user',
    operation: 'CreateKubeconfig',
    because: 'developers enter the cluster with a kubeconfig of their own; the doctor says `?`',
  },
];
