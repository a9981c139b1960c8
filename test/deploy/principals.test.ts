// What each principal of a deployment may do, and what it may not: decided by the region's evaluator on the twin.
import { strict as assert } from 'node:assert';
import { suite } from 'uvu';
import type { Target } from '../../local/types.ts';
import { startTestRegion, type TestRegion } from '../helpers/region.ts';
import { clusterId, compartmentId, fn, instanceId, PRINCIPALS, tenancyId } from './principals.ts';

const object = (bucket: string, name: string, variant?: 'overwrite'): Target => ({
  compartmentId,
  variables: { 'target.bucket.name': bucket, 'target.object.name': name },
  ...(variant === undefined ? {} : { variant }),
});
const state = (name: string, variant?: 'overwrite'): Target => object('galley-state', name, variant);
const source = (name: string): Target => object('galley-source', name);
const bucket = (name: string): Target => ({ compartmentId, variables: { 'target.bucket.name': name } });
const at = (variable: string, value: string, within = compartmentId): Target => ({
  compartmentId: within,
  variables: { [variable]: value },
});
const instance = (id = instanceId): Target => at('target.instance.id', id);
const called = (name: string): Target => at('target.function.id', fn(name).id);
const repository = (name: string, within = tenancyId): Target => at('target.repo.name', name, within);
const newRepository = (name: string): Target => ({ ...repository(name), variant: 'create' });

const FUNCTIONS = ['upload-trigger', 'poll-build', 'apply'] as const;
type Name = keyof typeof PRINCIPALS;

/** Who, which operation, on what, and whether it is allowed. */
const CASES: readonly [who: readonly Name[] | Name, operation: string, target: Target, isAllowed: boolean][] =
  [
    [['upload-trigger', 'poll-build', 'Build Instance'], 'GetObject', source('apps/shop/a.tgz'), true],
    ['apply', 'GetObject', source('apps/shop/a.tgz'), false],
    [FUNCTIONS, 'PutObject', source('apps/shop/a.tgz'), false],
    ['Build Instance', 'PutObject', source('apps/shop/a.tgz'), false],
    [FUNCTIONS, 'ListObjects', bucket('galley-state'), true],
    [['upload-trigger', 'poll-build'], 'ListObjectVersions', bucket('galley-source'), true],
    ['Build Instance', 'ListObjects', bucket('galley-state'), false],
    [FUNCTIONS, 'PutObject', state('active/shop/1'), true],
    [FUNCTIONS, 'PutObject', state('active/shop/1', 'overwrite'), true],
    [FUNCTIONS, 'DeleteObject', state('active/shop/1'), true],
    [FUNCTIONS, 'PutObject', state('done/shop/1'), true],
    [FUNCTIONS, 'DeleteObject', state('done/shop/1'), false],
    ['Build Instance', 'PutObject', state('active/shop/1'), false],
    ['Build Instance', 'PutObject', state('done/shop/1'), false],
    ['Build Instance', 'PutObject', state('slots/i/0'), false],
    ['Build Instance', 'PutObject', state('results/shop/1/1'), true],
    ['Build Instance', 'PutObject', state('logs/shop/1/000001'), true],
    ['Build Instance', 'GetObject', state('logs/shop/1/000001'), false],
    ['Build Instance', 'GetObject', state('cancel/shop/1'), true],
    ['Build Instance', 'GetObject', state('system/galley-build.mjs'), true],
    [[...FUNCTIONS, 'Build Instance'], 'PutObject', state('system/galley-build.mjs', 'overwrite'), false],
    [FUNCTIONS, 'PutObject', state('results/shop/1/1'), false],
    [['upload-trigger', 'poll-build'], 'PutObject', state('heads/shop'), false],
    ['apply', 'PutObject', state('heads/shop', 'overwrite'), true],
    ['apply', 'PutObject', state('slots/i/0'), false],
    ['apply', 'GetObject', state('manifests/shop/1.yaml'), true],
    ['apply', 'PutObject', state('manifests/shop/1.yaml'), false],
    [['upload-trigger', 'poll-build'], 'CreateInstanceAgentCommand', instance(), true],
    [
      ['upload-trigger', 'poll-build'],
      'CreateInstanceAgentCommand',
      instance('ocid1.instance.oc1..x'),
      false,
    ],
    [['apply', 'Build Instance', 'a strange function'], 'CreateInstanceAgentCommand', instance(), false],
    ['poll-build', 'CancelInstanceAgentCommand', instance(), true],
    ['upload-trigger', 'CancelInstanceAgentCommand', instance(), false],
    [FUNCTIONS, 'GetInstanceAgentCommandExecution', instance(), true],
    ['Build Instance', 'PollInstanceAgentCommands', instance(), true],
    ['Build Instance', 'PollInstanceAgentCommands', instance('ocid1.instance.oc1..x'), false],
    ['a strange instance', 'GetObject', source('apps/shop/a.tgz'), false],
    ['a strange function', 'GetObject', source('apps/shop/a.tgz'), false],
    [['poll-build', 'apply'], 'InvokeFunction', called('apply'), true],
    [FUNCTIONS, 'InvokeFunction', called('poll_build'), false],
    [['the rule for uploads'], 'InvokeFunction', called('upload_trigger'), true],
    ['the rule for uploads', 'InvokeFunction', at('target.function.id', 'ocid1.fnfunc.oc1..x'), false],
    ['a rule of another compartment', 'InvokeFunction', called('upload_trigger'), false],
    [['the clock', 'the hourly schedule'], 'InvokeFunction', called('poll_build'), true],
    ['the hourly schedule', 'GetFunction', called('poll_build'), true],
    [['the clock', 'the hourly schedule'], 'InvokeFunction', called('apply'), false],
    ['another schedule', 'InvokeFunction', called('poll_build'), false],
    ['apply', 'CreateKubeconfig', at('target.cluster.id', clusterId), true],
    ['apply', 'CreateKubeconfig', at('target.cluster.id', 'ocid1.cluster.oc1..x'), false],
    ['apply', 'AdministerK8s', at('target.cluster.id', clusterId), false],
    [
      ['upload-trigger', 'poll-build', 'Build Instance'],
      'CreateKubeconfig',
      at('target.cluster.id', clusterId),
      false,
    ],
    ['Build Instance', 'PushImage', repository('galley/shop'), true],
    ['Build Instance', 'PushImage', newRepository('galley/shop'), true],
    ['Build Instance', 'PushImage', newRepository('other/shop'), false],
    ['Build Instance', 'PushImage', repository('functions/galley/apply', compartmentId), false],
    [FUNCTIONS, 'PushImage', repository('galley/shop'), false],
    ['Object Storage', 'DeleteObject', state('logs/shop/1/000001'), true],
    ['Object Storage', 'GetObject', state('logs/shop/1/000001'), false],
  ];

const decided = suite<{ region: TestRegion }>('what a principal may do');
decided.before(async (context) => {
  context.region = await startTestRegion({ services: [] });
});
decided.after(({ region }) => region.stop());

for (const [who, operation, target, isAllowed] of CASES) {
  for (const name of typeof who === 'string' ? [who] : who) {
    const what = Object.values(target.variables ?? {}).join(' ');
    const variant = target.variant === undefined ? '' : ` (${target.variant})`;
    decided(`${name} ${isAllowed ? 'may' : 'may not'} ${operation} ${what}${variant}`, ({ region }) => {
      assert.equal(region.region.wiring.isAllowed(PRINCIPALS[name], operation, target), isAllowed);
    });
  }
}
decided.run();
