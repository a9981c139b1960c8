import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseStatement } from '../../local/services/identity/policy/statement.ts';
import { statementsOf, twin } from '../helpers/deployment.ts';
import { mutantsOf } from './mutants.ts';

const test = suite('mutants of a statement');

test('itself, each permission, each alternative, each condition', () => {
  const mutants = mutantsOf(
    "Allow any-user to {A, B} in tenancy where all {x = '1', any {y = '2', y = '3'}}",
  );
  const allow = 'Allow any-user to {A, B} in tenancy';
  assert.equal(
    mutants.map(({ without, text, is }) => [without, text, is]),
    [
      ['the statement', undefined, 'narrower'],
      ['A', "Allow any-user to {B} in tenancy where all {x = '1', any {y = '2', y = '3'}}", 'narrower'],
      ['B', "Allow any-user to {A} in tenancy where all {x = '1', any {y = '2', y = '3'}}", 'narrower'],
      ["where all {x = '1', any {y = '2', y = '3'}}", allow, 'wider'],
      ["x = '1'", `${allow} where all {any {y = '2', y = '3'}}`, 'wider'],
      ["any {y = '2', y = '3'}", `${allow} where all {x = '1'}`, 'wider'],
      ["y = '2'", `${allow} where all {x = '1', any {y = '3'}}`, 'narrower'],
      ["y = '3'", `${allow} where all {x = '1', any {y = '2'}}`, 'narrower'],
    ],
  );
});

test('one condition, and one permission, go only whole', () => {
  const mutants = mutantsOf("Allow any-user to {A} in tenancy where x = '1'");
  assert.equal(
    mutants.map(({ without }) => without),
    ['the statement', "where x = '1'"],
  );
});

test('every mutant of deploy/ is in the grammar of OCI', () => {
  const texts = statementsOf(twin).flatMap(({ text }) =>
    mutantsOf(text).flatMap((mutant) => mutant.text ?? []),
  );
  assert.ok(texts.length > 100);
  for (const text of texts) parseStatement(text);
});

test.run();
