// Server-side apply: who owns which field, and what happens to fields nobody asks for any more.
import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { at, listOf } from '../../../local/cluster/object.ts';
import { configMap, deployment, objectOf, pathOf, read, tryApply } from './workbench.ts';

type Tests = Readonly<Record<string, (client: ApiClient) => Promise<void>>>;

const imageField = '.spec.template.spec.containers[name="web"].image';

export const applyTests: Tests = {
  async 'applying creates, and applying the same again changes nothing'(client) {
    const first = await tryApply(client, configMap('same', { a: '1' }));
    const second = await tryApply(client, configMap('same', { a: '1' }));
    assert.equal([first.status, second.status], [201, 200]);
    assert.is(objectOf(second).metadata.resourceVersion, objectOf(first).metadata.resourceVersion);
  },

  async "another manager's field conflicts, and the answer names both"(client) {
    await tryApply(client, deployment('conflict', {}), { manager: 'one' });
    const refused = await tryApply(client, deployment('conflict', { image: 'web:2' }), { manager: 'two' });
    assert.is(refused.status, 409);
    assert.is(refused.body.reason, 'Conflict');
    assert.is(refused.body.message, `Apply failed with 1 conflict: conflict with "one": ${imageField}`);
    const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: imageField }];
    assert.equal(at(refused.body, 'details', 'causes'), causes);
  },

  async 'two conflicts are listed under their manager'(client) {
    await tryApply(client, configMap('two-conflicts', { a: '1', b: '1' }), { manager: 'one' });
    const refused = await tryApply(client, configMap('two-conflicts', { a: '2', b: '2' }), {
      manager: 'two',
    });
    assert.is(
      refused.body.message,
      'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b',
    );
  },

  async 'force takes the field over, and then the other one conflicts'(client) {
    await tryApply(client, configMap('force', { a: '1' }), { manager: 'one' });
    const forced = await tryApply(client, configMap('force', { a: '2' }), { manager: 'two', force: true });
    const back = await tryApply(client, configMap('force', { a: '1' }), { manager: 'one' });
    assert.equal([forced.status, back.status], [200, 409]);
    assert.equal(forced.body.data, { a: '2' });
  },

  async 'the same value from two managers is shared, and stays until both let go'(client) {
    await tryApply(client, configMap('shared', { a: '1', b: '1' }), { manager: 'one' });
    await tryApply(client, configMap('shared', { a: '1' }), { manager: 'two' });
    const one = await tryApply(client, configMap('shared', {}), { manager: 'one' });
    assert.equal(one.body.data, { a: '1' });
    const two = await tryApply(client, configMap('shared', {}), { manager: 'two' });
    assert.equal(two.body.data ?? {}, {});
  },

  async 'a plain write owns what it changed, and is named with its API version'(client) {
    const object = configMap('written', { a: '1' });
    await tryApply(client, object, { manager: 'one' });
    const patch = { body: { data: { a: '2' } }, type: 'application/merge-patch+json' };
    await client.send('PATCH', `${pathOf(object)}?fieldManager=kubectl-edit`, patch);
    const refused = await tryApply(client, object, { manager: 'one' });
    assert.is(refused.status, 409);
    assert.match(
      String(refused.body.message),
      /conflict with "kubectl-edit" using v1(?: at \S+)?: \.data\.a$/,
    );
  },

  async 'list items with keys belong to whoever applied them'(client) {
    const named = (name: string) => deployment('items', { env: [{ name, value: name }] });
    await tryApply(client, named('ONE'), { manager: 'one' });
    const both = await tryApply(client, named('TWO'), { manager: 'two' });
    const names = (answer: { body: unknown }): unknown =>
      listOf(at(listOf(at(answer.body, 'spec', 'template', 'spec', 'containers'))[0], 'env')).map(
        (entry) => entry.name,
      );
    assert.equal(names(both), ['ONE', 'TWO']);
    assert.equal(names(await tryApply(client, deployment('items', {}), { manager: 'one' })), ['TWO']);
  },

  async 'a field that is dropped falls back to its default'(client) {
    await tryApply(client, deployment('fallback', {}, { replicas: 3, revisionHistoryLimit: 2 }));
    const { replicas: _, ...spec } = deployment('fallback', {}).spec;
    const dropped = await tryApply(client, { ...deployment('fallback', {}), spec });
    assert.equal(
      [at(dropped.body, 'spec', 'replicas'), at(dropped.body, 'spec', 'revisionHistoryLimit')],
      [1, 10],
    );
  },

  async 'a dry run answers the object and stores nothing'(client) {
    const dry = await tryApply(client, configMap('dry', { a: '1' }), { dryRun: true });
    assert.is(dry.status, 201);
    assert.equal(dry.body.data, { a: '1' });
    assert.is((await client.get(pathOf(configMap('dry', {})))).status, 404);
    await tryApply(client, configMap('dry', { a: '1' }));
    const again = await tryApply(client, configMap('dry', { a: '2' }), { dryRun: true });
    assert.equal(again.body.data, { a: '2' });
    assert.equal((await read(client, pathOf(configMap('dry', {})))).data, { a: '1' });
  },

  async 'only what is meant counts as a new generation'(client) {
    const first = objectOf(await tryApply(client, deployment('generation', {}, { replicas: 0 })));
    const labelled = {
      ...deployment('generation', {}, { replicas: 0 }),
      metadata: { name: 'generation', labels: { a: 'b' } },
    };
    const second = objectOf(await tryApply(client, labelled));
    const third = objectOf(
      await tryApply(client, deployment('generation', { image: 'web:2' }, { replicas: 0 })),
    );
    assert.equal(
      [first, second, third].map(({ metadata }) => metadata.generation),
      [1, 1, 2],
    );
  },
};
