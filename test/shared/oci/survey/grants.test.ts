// The grants that `galley doctor` asks for are those that deploy/ writes, word for word and place for place.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grantsOf as inRegion } from '../../../../local/services/identity/permissions.ts';
import { compartmentsOf } from '../../../../shared/oci/survey/compartments.ts';
import { grantsOf } from '../../../../shared/oci/survey/grants.ts';
import { missingGrants } from '../../../../shared/oci/survey/policies.ts';
import { canonical, isGranted, isWritten } from '../../../../shared/oci/survey/statements.ts';
import { permissionsOf, VERB_TYPES } from '../../../../shared/oci/survey/verbs.ts';
import { deployment, statementsOf, twin } from '../../../helpers/deployment.ts';

const table = suite('grants');
const grants = grantsOf(deployment());
const written = statementsOf(twin).map(({ text }) => text);

table('the table says what deploy/ writes, no more and no less', () => {
  assert.equal(grants.map(({ statement }) => statement).sort(), [...written].sort());
});

table('each statement stands where its policy is', () => {
  const places = new Map(
    twin
      .of('oci_identity_policy')
      .flatMap(({ values }) => (values.statements as string[]).map((text) => [text, values.compartment_id])),
  );
  for (const { statement, within } of grants) assert.is(within, places.get(statement), statement);
});

for (const { statement, who } of grants) {
  table(`named when it is missing: ${who}: ${statement.slice(-70)}`, () => {
    const missing = missingGrants(grants, { statements: written.filter((text) => text !== statement) });
    assert.equal(
      missing.map((grant) => grant.statement),
      [statement],
    );
  });
}

table.run();

const same = suite('statements that say the same');
const WANTED =
  "Allow dynamic-group id ocid1.dynamicgroup.oc1..a to {OBJECT_CREATE, OBJECT_OVERWRITE} in compartment id ocid1.compartment.oc1..c where all {target.bucket.name = 'b', any {target.object.name = 'x/*', target.object.name = 'y/*'}}";
const [C, TEAM, TENANCY] = [
  'ocid1.compartment.oc1..c',
  'ocid1.compartment.oc1..team',
  'ocid1.tenancy.oc1..t',
];
const compartments = compartmentsOf(
  [
    { id: C, name: 'Shop', compartmentId: TEAM },
    { id: TEAM, name: 'Team', compartmentId: TENANCY },
    { id: 'ocid1.compartment.oc1..two', name: 'Twice', compartmentId: TENANCY },
    { id: 'ocid1.compartment.oc1..three', name: 'Twice', compartmentId: TEAM },
  ],
  TENANCY,
);
const names = {
  dynamicGroups: new Map([['writers', 'ocid1.dynamicgroup.oc1..a']]),
  compartments: compartments.byName,
  above: compartments.above,
};

const SPELLINGS: readonly [what: string, statements: readonly string[], isSame: boolean][] = [
  ['itself', [WANTED], true],
  ['other case and blanks', [WANTED.toUpperCase().replaceAll(' = ', '=').replaceAll(', ', ' ,\n')], true],
  [
    'another order',
    [WANTED.replace("'x/*'", "'z/*'").replace("'y/*'", "'x/*'").replace("'z/*'", "'y/*'")],
    true,
  ],
  [
    'permissions in another order',
    [WANTED.replace('CREATE, OBJECT_OVERWRITE', 'OVERWRITE, OBJECT_CREATE')],
    true,
  ],
  ['more permissions', [WANTED.replace('{OBJECT_CREATE', '{OBJECT_DELETE, OBJECT_CREATE')], true],
  [
    'two statements that share the permissions',
    [WANTED.replace('OBJECT_CREATE, ', ''), WANTED.replace(', OBJECT_OVERWRITE', '')],
    true,
  ],
  ['names for OCIDs', [WANTED.replace('id ocid1.dynamicgroup.oc1..a', "'Default'/'writers'")], true],
  ['a compartment by name', [WANTED.replace('id ocid1.compartment.oc1..c', 'shop')], true],
  ['one permission less', [WANTED.replace('OBJECT_CREATE, ', '')], false],
  ['one folder less', [WANTED.replace(", target.object.name = 'y/*'", '')], false],
  ['one condition less, which is wider', [WANTED.replace("target.bucket.name = 'b', ", '')], true],
  ['no condition', [WANTED.replace(/ where .*/, '')], true],
  ['any for all, which is wider', [WANTED.replace('where all', 'where any')], true],
  ['all for any, which is narrower', [WANTED.replace('any {', 'all {')], false],
  ['one condition more', [WANTED.replace("'b'", "'b', request.region = 'fra'")], false],
  ['another value', [WANTED.replace("'b'", "'c'")], false],
  [
    'each folder in a statement of its own, which is each too narrow',
    ["'x/*'", "'y/*'"].map((name) => WANTED.replace(/any \{.*?\}/, `target.object.name = ${name}`)),
    false,
  ],
  ['a verb that grants them', [WANTED.replace(/\{.*?\}/, 'manage objects')], true],
  ['a verb on the family', [WANTED.replace(/\{.*?\}/, 'manage object-family')], true],
  ['everything', ['Allow any-user to manage all-resources in tenancy'], true],
  ['a verb that is too weak', [WANTED.replace(/\{.*?\}/, 'use objects')], false],
  ['another family', [WANTED.replace(/\{.*?\}/, 'manage functions-family')], false],
  ['one of several groups', [WANTED.replace('id ocid1', 'id ocid1.dynamicgroup.oc1..z, id ocid1')], true],
  ['the compartment above', [WANTED.replace('oc1..c', 'oc1..team')], true],
  ['by its path', [WANTED.replace('id ocid1.compartment.oc1..c', 'team:shop')], true],
  ['another group', [WANTED.replace('oc1..a', 'oc1..b')], false],
  ['an unknown group', [WANTED.replace('id ocid1.dynamicgroup.oc1..a', 'readers')], false],
  ['another compartment', [WANTED.replace('oc1..c', 'oc1..d')], false],
];
for (const [what, statements, isSame] of SPELLINGS) {
  same(`${what}: ${isSame ? 'yes' : 'no'}`, () => {
    assert.is(isGranted(WANTED, { statements, names }), isSame);
  });
}

same('wider statements grant it, and are not what is written', () => {
  const wide = WANTED.replace("target.bucket.name = 'b', ", '');
  assert.equal(
    [isWritten(WANTED, { statements: [WANTED] }), isWritten(WANTED, { statements: [wide] })],
    [true, false],
  );
});

same('a compartment has all that are above it, and names that one compartment has', () => {
  assert.equal(compartments.above(C), [C, TEAM, TENANCY]);
  assert.equal(compartments.above('ocid1.compartment.oc1..hidden'), [
    'ocid1.compartment.oc1..hidden',
    TENANCY,
  ]);
  const known = ['shop', 'team:shop', 'team', 'twice', 'team:twice'].map((name) =>
    compartments.byName.get(name),
  );
  assert.equal(known, [C, C, TEAM, undefined, 'ocid1.compartment.oc1..three']);
});

for (const type of VERB_TYPES) {
  for (const verb of ['inspect', 'read', 'use', 'manage'] as const) {
    same(`${verb} ${type} is what the region's evaluator takes it for`, () => {
      assert.equal([...permissionsOf(verb, type)].sort(), [...(inRegion(verb, type) ?? [])].sort());
    });
  }
}

same('any of one is that one', () => {
  const [one, bare] = ["where any {a.b = 'c'}", "where a.b = 'c'"].map((where) =>
    canonical(`Allow any-user to use clusters in tenancy ${where}`),
  );
  assert.is(one, bare);
});

same.run();
