// What CreatePolicy and CreateDynamicGroup accept, and what they say of the rest.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dynamicGroupsOf } from '../../../../local/services/identity/claims.ts';
import { FACTS, tenancy, WHO } from './tenancy.ts';

const test = suite('policy and rule text');

const located: [at: string, location: string, ok: boolean][] = [
  ['T', 'compartment A:B:C', true],
  ['T', 'compartment C', false],
  ['A', 'compartment A', true],
  ['A', 'compartment B:C', true],
  ['A', 'compartment A:B:C', true],
  ['B', 'compartment C', true],
  ['C', 'compartment C', true],
  ['A', 'compartment D', false],
  ['A', 'tenancy', false],
  ['T', 'tenancy', true],
  ['T', 'compartment id T', true],
  ['T', 'compartment id C', true],
  ['T', 'compartment id ocid1.compartment.oc1..nowhere', false],
  ['T', 'compartment ocid1.compartment.oc1..x', false],
  ['T', 'compartment acme', false],
  ['T', 'compartment a', false],
];
for (const [at, location, ok] of located) {
  test(`attached at ${at}: in ${location} -> ${ok ? 'stored' : '400'}`, () => {
    const create = () => tenancy([`allow group Ops to read buckets in ${location}`], at);
    if (ok) assert.not.throws(create);
    else assert.throws(create, /does not exist or is not part of the policy compartment subtree/);
  });
}

const refused: [statement: string, says: RegExp][] = [
  [
    'deny group Ops to manage objects in tenancy',
    /deny statements are not evaluated here \(line 1, column 1, at "deny"\)/,
  ],
  ['define group x as ocid1.group.x', /define statements/],
  ['endorse group Ops to read buckets in any-tenancy', /endorse statements/],
  ['Grant group Ops to read buckets in tenancy', /expected "allow".*column 1, at "Grant"/],
  ['allow group Ops read buckets in tenancy', /expected "to" after the subject.*column 17, at "read"/],
  [
    'allow group Nobody to read buckets in tenancy',
    /The group Nobody specified in the policy statement does not exist/,
  ],
  [
    'allow dynamic-group no to read buckets in tenancy',
    /The dynamic_group no specified in the policy statement/,
  ],
  ["allow group 'Dom/grp' to read buckets in tenancy", /write 'Dom'\/'grp'/],
  ['allow group Dom/grp to read buckets in tenancy', /no identity domain Dom/],
  ['allow group Ops to peek buckets in tenancy', /expected a verb \(inspect, read, use, manage\).*at "peek"/],
  [
    'allow group Ops to read bucket in tenancy',
    /bucket is no resource type known here\. Did you mean "buckets"\? .*column 25/,
  ],
  ['allow group Ops to use function-family in tenancy', /Did you mean "functions-family"/],
  ['allow group Ops to {OBJECT_REED} in tenancy', /OBJECT_REED is no permission.*Did you mean "OBJECT_READ"/],
  ['allow group Ops to {LOCAL_INSTANCE_AGENT_COMMAND_POLL} in tenancy', /no permission known here/],
  ['allow group Ops to read buckets', /expected "in" before the location.*at the end/],
  ['allow group Ops to read buckets in tenancy when x', /expected "where" or the end.*at "when"/],
  [
    'allow group Ops to read buckets in tenancy where target.bucket.name = Src',
    /Invalid right-hand side in condition: Src is no variable; write 'Src'/,
  ],
  [
    "allow group Ops to read buckets in tenancy where target.bukket.name = 'Src'",
    /target.bukket.name is no variable\. Did you mean "target.bucket.name"/,
  ],
  ['allow group Ops to read buckets in tenancy where any {}', /expected a variable/],
  ["allow group Ops to read buckets in tenancy where any {target.bucket.name='a',}", /expected a variable/],
  ["allow group Ops to read buckets in tenancy where any {target.bucket.name='a'", /expected "}" to close/],
  ['allow group Ops to read buckets in tenancy where target.bucket.name = /Src/', /a pattern has one star/],
  ['allow group Ops to read buckets in tenancy where target.bucket.name = /a*b*c/', /a pattern has one star/],
  ['allow group Ops to read repos in tenancy where target.repo.name = /a/b*/', /expected the end|pattern/],
  ['allow group Ops to read buckets in tenancy where !target.bucket.name', /presence test/],
  [
    "allow group Ops to read buckets in tenancy where request.utc-timestamp after 'soon'",
    /'soon' is no time/,
  ],
  [
    "allow group Ops to read buckets in tenancy where request.utc-timestamp.time-of-day between '25:00:00Z' and '01:00:00Z'",
    /'25:00:00' is no time/,
  ],
  ['allow\ngroup Ops to\nread bukets in tenancy', /line 3, column 6/],
  ['allow resource jms fleet to read buckets in tenancy', /"resource" is not evaluated here/],
];
for (const [statement, says] of refused) {
  test(`refused: ${statement.replaceAll('\n', ' ')}`, () => {
    assert.throws(
      () => tenancy([statement]),
      (error: unknown) => {
        assert.match(String(error), says);
        assert.match(String(error), /Policy p, statement 1/);
        assert.equal(
          Object.entries(error ?? {}).filter(([key]) => ['status', 'code'].includes(key)),
          [
            ['status', 400],
            ['code', 'InvalidParameter'],
          ],
        );
        return true;
      },
    );
  });
}

test('more than 50 statements in a policy are refused', () => {
  const many = Array.from({ length: 51 }, () => 'allow group Ops to read buckets in tenancy');
  assert.throws(() => tenancy(many), /51 statements; OCI allows 50/);
});

const memberships: [rule: string, members: (keyof typeof WHO)[]][] = [
  ["ALL {resource.type='fnfunc', resource.compartment.id='A'}", ['f']],
  ["All {instance.compartment.id='A', instance.id != 'j'}", ['i']],
  ['tag.ops.role.value', ['i']],
  ["tag.ops.role.value = 'Builder'", ['i']],
  ["Any {ALL {resource.type='fnfunc', resource.id='f'}, ALL {instance.id='j'}}", ['f', 'j']],
  ["resource.type='FnFunc'", ['f', 'fB']],
  ["resource.type='instance'", []],
  ["instance.id != 'x'", ['i', 'j']],
];
for (const [rule, members] of memberships) {
  test(`rule ${rule} -> ${members.join(', ') || 'nobody'}`, () => {
    const world = tenancy([], 'T', rule);
    const isIn = (who: keyof typeof WHO): boolean =>
      dynamicGroupsOf(world, WHO[who], FACTS).includes('ocid1.dynamicgroup.fn');
    assert.equal((['f', 'fB', 'i', 'j', 'u'] as const).filter(isIn), members);
  });
}

for (const [rule, says] of [
  ["any {instance.id='i','j'}", /expected a variable/],
  ["instance.name = 'x'", /no variable of matching rules/],
  ["resource.typ = 'x'", /Did you mean "resource.type"/],
  ["instance.id in ('x')", /expected "=" or "!="/],
  ['instance.id = x', /single quotes/],
  ["ALL {instance.id='i'", /expected "}" to close/],
] as const) {
  test(`rule refused: ${rule}`, () => {
    assert.throws(
      () => tenancy([], 'T', rule),
      (error: unknown) => says.test(String(error)) && /Dynamic group fn/.test(String(error)),
    );
  });
}

test.run();
