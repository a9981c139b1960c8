import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootstrapObjects } from '../../../local/cluster/bootstrap.ts';

const test = suite('what an administrator grants');
const binding = (subjects: string): string => `kind: ClusterRoleBinding\nsubjects:\n${subjects}`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what deploy/kubernetes/ says, for envsubst
const open = '- {kind: Group, name: "${apply_dynamic_group_ocid}"}\n';

for (const [rule, text, groups, names] of [
  ['the placeholder becomes the group', binding(open), ['g1'], ['g1']],
  ['one subject per group', binding(open), ['g1', 'g2'], ['g1', 'g2']],
  ['no group, no subject', binding(open), [], []],
  ['other subjects stay', binding(`- {kind: User, name: me}\n${open}`), ['g1'], ['me', 'g1']],
] as const) {
  test(rule, () => {
    const [object] = bootstrapObjects(text, groups);
    const subjects = object?.subjects as { name: string }[];
    assert.equal(
      subjects.map(({ name }) => name),
      names,
    );
  });
}

test('empty documents are no objects', () =>
  assert.equal(bootstrapObjects('---\n---\nkind: Role\n', []), [{ kind: 'Role' }]));
test.run();
