// A shop of fourteen objects on a real API server: deployed, upgraded, shrunk, broken and healed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { controlPlaneBinaries } from '../helpers/cluster.ts';
import { needs } from '../helpers/needs.ts';
import { as, deployed } from './ended.ts';
import { ALL_FILES, cartRunning } from './shop/objects.ts';
import { openShop, type Shop } from './shop/shop.ts';

const test = suite('a shop of fourteen objects');
const isReal = controlPlaneBinaries() !== undefined;
const what = 'kube-apiserver, etcd, kube-controller-manager (npm run tools)';
const real = (name: string, body: () => Promise<void>): void =>
  void test(name, needs(isReal, { what, name }, body));

let shop: Shop;
test.before(async () => {
  if (isReal) shop = await openShop();
});
test.after(async () => {
  await shop?.stop();
});

const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/offers.shop.example.com';

real('what the role does not grant is named with the rule to add; with that it heals', async () => {
  const granted = new Set<string>();
  for (let round = 1; round <= 5; round += 1) {
    const build = await shop.end({ greeting: 'one' });
    if (build.state === 'deployed') break;
    const failed = as(build, 'failed');
    assert.equal([failed.reason, failed.fault], ['Forbidden', 'platform'], JSON.stringify(failed));
    assert.match(failed.detail, /may not \w+ (customresourcedefinitions|offers)\.[a-z.0-9]+ in /);
    for (const right of await shop.paste(failed)) granted.add(right);
  }
  for (const kind of ['customresourcedefinitions', 'offers'])
    assert.ok(granted.has(`list ${kind}`), [...granted].join());
  assert.is((await shop.standing()).length, 13);
  assert.ok(
    await shop.administrator.find(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/offers.shop.example.com',
    ),
  );
});

real(
  'it answers, on the image that was built; the plan is kept: all but the CustomResourceDefinition is new',
  async () => {
    const build = await shop.newest();
    assert.is(await shop.pipeline.answer(build), 'one');
    assert.equal(new Set(await shop.images()), new Set([build.image]));
    const [report] = await shop.administrator.list(`/apis/batch/v1/namespaces/shop/cronjobs`);
    assert.ok(JSON.stringify(report?.spec).includes(build.image), 'the CronJob is pinned as well');
    const plan = (await shop.pipeline.desk.readPlan(build)) ?? '';
    assert.match(plan, /^ {2}\+ Deployment\.apps\/shop\/web would be created$/m);
    assert.is(plan.match(/ would be created$/gm)?.length, 13, plan);
    assert.match(build.report ?? '', /13 created/);
  },
);

real('an upgrade changes what differs, and says so in report and plan', async () => {
  const before = await shop.newest();
  const build = deployed(await shop.end({ greeting: 'two' }));
  assert.is(await shop.pipeline.answer(build), 'two');
  assert.is.not(build.image, before.image);
  assert.equal(new Set(await shop.images()), new Set([build.image]));
  assert.match(build.report ?? '', /5 configured/);
  assert.match(build.report ?? '', /9 unchanged/);
  const plan = (await shop.pipeline.desk.readPlan(build)) ?? '';
  assert.match(plan, /-\s+greeting: one\n\+\s+greeting: two/);
});

real('what leaves the set is pruned, but never a CustomResourceDefinition', async () => {
  const without = ['policy.yaml', 'budget.yaml', 'crd.yaml', 'offer.yaml'];
  const before = await shop.standing();
  const build = deployed(await shop.end({ greeting: 'two', without }));
  const gone = ['networkpolicies/cart', 'poddisruptionbudgets/cart', 'offers/summer'];
  assert.equal(
    await shop.standing(),
    before.filter((name) => !gone.includes(name)),
  );
  assert.match(build.report ?? '', /3 pruned/);
  assert.match((await shop.pipeline.desk.readPlan(build)) ?? '', /CustomResourceDefinition.* stays$/m);
  assert.ok(await shop.administrator.find(CRD));
});

real('losing more than half stops, until galley.yaml says that it is meant', async () => {
  const without = ALL_FILES.filter((file) => !/^(config|web|web-service)\./.test(file));
  const before = [await shop.standing(), await shop.images()];
  const refused = as(await shop.end({ greeting: 'two', without }), 'failed');
  assert.equal([refused.reason, refused.fault, refused.phase], ['ShrinkRefused', 'user', 'plan']);
  assert.match(refused.detail, /^\d+ of the app's \d+ objects are not in this build.*StatefulSet/s);
  assert.match(refused.detail, /prune: \{shrink: true\}/);
  assert.equal([await shop.standing(), await shop.images()], before);
  const build = deployed(await shop.end({ greeting: 'small', without }, 'prune: {shrink: true}\n'));
  assert.is(await shop.pipeline.answer(build), 'small');
  assert.equal(await shop.standing(), ['configmaps/settings', 'deployments/web', 'services/web']);
});

real('a set with a mistake in it changes nothing; file, document, object and field are named', async () => {
  const before = await shop.images();
  const instead = {
    'web.yaml': cartRunning('[httpd, -f]').replaceAll('cart', 'web').replace('replicas', 'replcas'),
    'scale.yaml':
      'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: Wrong_Name}\nspec: {maxReplicas: no}\n',
  };
  const failed = as(await shop.end({ greeting: 'mistake', instead }), 'failed');
  assert.equal([failed.phase, failed.fault, failed.rolledBackTo], ['plan', 'user', undefined]);
  assert.match(failed.detail, /k8s\/web\.yaml, document 1, StatefulSet web, spec\.replcas: unknown field/);
  assert.match(failed.detail, /k8s\/scale\.yaml, document 1, HorizontalPodAutoscaler Wrong_Name/);
  assert.equal(await shop.images(), before);
});

real(
  'a StatefulSet that crashes takes the whole set back, its stuck pod included; then it heals',
  async () => {
    const good = deployed(await shop.end({ greeting: 'good' }));
    const instead = { 'cart.yaml': cartRunning('[sh, -c, "echo the disk is gone; exit 4"]') };
    const failed = as(await shop.end({ greeting: 'broken', instead }, 'rollout: {timeout: 45s}\n'), 'failed');
    assert.equal([failed.phase, failed.rolledBackTo], ['rollout', good.id], failed.detail);
    assert.is(await shop.pipeline.answer(good), 'good');
    assert.equal(new Set(await shop.images()), new Set([good.image]));
    const pods = await shop.administrator.list(`/api/v1/namespaces/shop/pods?labelSelector=tier=cart`);
    assert.equal(
      pods.map(({ status }) => (status as { phase: string }).phase),
      ['Running'],
    );
    const evidence = (await shop.pipeline.desk.chunks(failed)).at(-1) ?? '';
    assert.match(await shop.pipeline.desk.readChunk(evidence), /the disk is gone/);
    assert.is(await shop.pipeline.answer(deployed(await shop.end({ greeting: 'healed' }))), 'healed');
  },
);

test.run();
