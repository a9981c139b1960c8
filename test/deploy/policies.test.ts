// The policies of the default twin as texts: their grammar, and how wide they are.
import { strict as assert } from 'node:assert';
import { suite } from 'uvu';
import { parseMatchingRule } from '../../local/services/identity/policy/matching-rule.ts';
import { parseStatement } from '../../local/services/identity/policy/statement.ts';
import { readTwin } from '../../local/twin.ts';
import { DEFAULT_TWIN } from '../helpers/terraform/twin.ts';

const twin = readTwin(DEFAULT_TWIN);
const statements = twin.of('oci_identity_policy').flatMap(({ name, values }) =>
  (Array.isArray(values.statements) ? values.statements : []).map((text) => ({
    policy: name,
    text: String(text),
  })),
);

const written = suite('policies of deploy/');

written('every statement and every matching rule is in the grammar of OCI', () => {
  assert.ok(statements.length > 20);
  for (const { text } of statements) parseStatement(text);
  for (const { values } of twin.of('oci_identity_dynamic_group'))
    parseMatchingRule(String(values.matching_rule));
});

written('nobody manages, and nobody may do everything', () => {
  for (const { text } of statements) assert.doesNotMatch(text, /\bto manage\b|all-resources/);
});

written('nothing reaches over the tenancy but what OCI has no narrower place for', () => {
  const wide = statements.filter(({ text }) => / in tenancy\b/.test(text)).map(({ policy }) => policy);
  assert.deepEqual(wide.sort(), ['build_instance_push', 'doctor']);
});

written('any-user is never anybody', () => {
  for (const { text } of statements.filter(({ text }) => text.startsWith('Allow any-user'))) {
    assert.match(text, / where all \{request\.principal\.type = '\w+', .*target\.function\.id = /);
  }
});

written('a right on objects names bucket and folder, a listing its bucket', () => {
  for (const { policy, text } of statements.filter(({ text }) => text.includes('{OBJECT_'))) {
    if (policy === 'developers' && /\{OBJECT_READ\}/.test(text)) continue;
    assert.match(text, /target\.bucket\.name = /, text);
    if (!text.includes('{OBJECT_INSPECT}')) assert.match(text, /target\.object\.name = '[a-z]+\/\*'/, text);
  }
});

written.run();
