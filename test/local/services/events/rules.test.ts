import { EventsClient } from 'oci-events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { declaredRule } from '../../../../local/services/events/twin-rules.ts';
import { noRetries } from '../../../helpers/region.ts';
import { outcome } from '../object-storage/bucket.ts';
import { type EventRegion, startEventRegion } from './region.ts';

const test = suite('rules');
let region: EventRegion;
let client: EventsClient;
test.before(async () => {
  region = await startEventRegion();
  client = new EventsClient({ authenticationDetailsProvider: region.running.credentials() }, noRetries);
  client.endpoint = region.running.endpoint;
});
test.after(() => region.running.stop());

const compartment = () => region.running.region.compartmentId;
const details = (more: object = {}) => ({
  displayName: 'mine',
  isEnabled: true,
  condition: '{"data":{"resourceName":"mine/*"}}',
  compartmentId: compartment(),
  actions: { actions: [{ actionType: 'FAAS', isEnabled: true, functionId: 'ocid1.fnfunc.oc1..mine' }] },
  ...more,
});
const create = (more: object = {}) => client.createRule({ createRuleDetails: details(more) as never });

test('the rules of the twin are listed and read', async () => {
  const { items } = await client.listRules({ compartmentId: compartment() });
  assert.equal(items.map(({ displayName }) => displayName).sort(), ['galley-result', 'galley-upload']);
  const root = await client.listRules({ compartmentId: region.running.region.tenancyId });
  assert.equal(
    root.items.map(({ displayName }) => displayName),
    ['galley-push'],
  );
  const [found] = (await client.listRules({ compartmentId: compartment(), displayName: 'galley-upload' }))
    .items;
  const { rule } = await client.getRule({ ruleId: found?.id ?? '' });
  assert.is(rule.lifecycleState, 'ACTIVE');
  assert.is(rule.actions.actions[0]?.actionType, 'FAAS');
  assert.match(rule.condition, /galley-source/);
});

test('a rule made over the API works, one that is disabled or deleted does not', async () => {
  const { rule, etag } = await create();
  await region.put('mine/1');
  const [call] = await region.invokedFor('mine/1');
  assert.is(call?.functionId, 'ocid1.fnfunc.oc1..mine');
  const update = (isEnabled: boolean, ifMatch?: string) =>
    client.updateRule({ ruleId: rule.id, updateRuleDetails: { isEnabled }, ...(ifMatch ? { ifMatch } : {}) });
  assert.is(await outcome(update(false, 'other')), '412 NoEtagMatch');
  assert.is((await update(false, etag)).rule.lifecycleState, 'INACTIVE');
  await region.put('mine/2');
  await update(true);
  await region.put('mine/3');
  await region.invokedFor('mine/3');
  assert.not(region.invocations.some(({ event }) => event.data.resourceName === 'mine/2'));
  await client.deleteRule({ ruleId: rule.id });
  assert.is(await outcome(client.getRule({ ruleId: rule.id })), '404 NotAuthorizedOrNotFound');
});

for (const [name, more, expected] of [
  ['a condition that is no JSON', { condition: 'x' }, '400 InvalidParameter'],
  ['no condition', { condition: undefined }, '400 InvalidParameter'],
  ['no actions', { actions: { actions: [] } }, '400 InvalidParameter'],
  ['a stream as action', { actions: { actions: [{ actionType: 'OSS' }] } }, '400 InvalidParameter'],
  ['no function', { actions: { actions: [{ actionType: 'FAAS' }] } }, '400 InvalidParameter'],
] as const) {
  test(`${name} -> ${expected}`, async () => assert.is(await outcome(create(more)), expected));
}

test('a developer may read rules and not make them', async () => {
  const credentials = { authenticationDetailsProvider: region.running.credentials('DEVELOPER') };
  const developer = new EventsClient(credentials, noRetries);
  developer.endpoint = region.running.endpoint;
  assert.is((await developer.listRules({ compartmentId: compartment() })).items.length, 2);
  const made = developer.createRule({ createRuleDetails: details() as never });
  assert.is(await outcome(made), '404 NotAuthorizedOrNotFound');
});

test('a tenancy has 50 rules at most', async () => {
  for (let count = 3; count < 50; count += 1) await create();
  assert.is(await outcome(create()), '400 LimitExceeded');
  await fetch(`${region.running.endpoint}/_galley/reset`, { method: 'POST' });
  assert.is((await client.listRules({ compartmentId: compartment() })).items.length, 2);
});

const faas = { action_type: 'FAAS', function_id: 'f', is_enabled: true };
for (const [form, values, condition, actions] of [
  [
    'condition, actions.action',
    { condition: '{"a":"b"}', actions: [{ action: [faas], actions: [] }] },
    { a: 'b' },
    ['f'],
  ],
  ['condition, actions.actions', { condition: '{}', actions: [{ actions: [faas, faas] }] }, {}, ['f', 'f']],
  [
    'condition_details',
    {
      condition_details: [{ event_types: ['x'], data: '{"resourceName":"y"}' }],
      actions: [{ action: [faas] }],
    },
    { eventType: ['x'], data: { resourceName: 'y' } },
    ['f'],
  ],
  [
    'event types alone',
    { condition_details: [{ event_types: ['x'] }], actions: [] },
    { eventType: ['x'] },
    [],
  ],
] as const) {
  test(`Terraform's ${form}`, () => {
    const rule = declaredRule(region.running.region, {
      type: 'oci_events_rule',
      name: 'r',
      index: undefined,
      values,
    });
    assert.equal(JSON.parse(rule.condition), condition);
    assert.equal(
      rule.actions.map((action) => action.actionType === 'FAAS' && action.functionId),
      actions,
    );
  });
}
test.run();
