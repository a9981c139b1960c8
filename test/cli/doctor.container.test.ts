// galley doctor on a local region: all is well on the default twin, and whatever is taken away is named.
import { EventsClient } from 'oci-events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changedTwin, type StateFile, withoutStatements } from '../helpers/changed-twin.ts';
import { statementsOf, twin } from '../helpers/deployment.ts';
import { complaints, environmentOf, visit } from '../helpers/doctor.ts';
import { noRetries, startTestRegion, type TestRegion } from '../helpers/region.ts';

const well = suite<{ region: TestRegion }>('the doctor, on the default twin');
well.before(async (context) => {
  context.region = await startTestRegion();
});
well.after(({ region }) => region.stop());

well('finds all in order, as an administrator', async ({ region }) => {
  const found = await visit(region);
  assert.equal(complaints(found), []);
  assert.is(found.exitCode, 0);
  assert.is(found.lines.at(-1), `${found.findings.length} ok, 0 to mend`);
});

well('a developer is told what he may not look at, and whom to ask for what', async ({ region }) => {
  const found = await visit(region, { profile: 'DEVELOPER' });
  assert.is(found.exitCode, 0);
  assert.is(complaints(found).length, 1);
  assert.match(complaints(found)[0] ?? '', /^\? API server of the cluster: .*CLUSTER_USE/);
});

well(
  'a rule disabled by hand, an instance stopped: both named, each with its mending',
  async ({ region }) => {
    const client = new EventsClient({ authenticationDetailsProvider: region.credentials() }, noRetries);
    client.endpoint = region.endpoint;
    const ruleId = String(twin.of('oci_events_rule').find(({ name }) => name === 'upload')?.values.id);
    const instanceId = environmentOf(region).GALLEY_BUILD_INSTANCE_ID;
    const power = (deed: string) =>
      fetch(`${region.endpoint}/_galley/instances/${instanceId}/${deed}`, { method: 'POST' });
    await client.updateRule({ ruleId, updateRuleDetails: { isEnabled: false } });
    await power('stop');
    const found = await visit(region);
    await client.updateRule({ ruleId, updateRuleDetails: { isEnabled: true } });
    await power('start');
    assert.is(found.exitCode, 1);
    const said = complaints(found).join('\n');
    assert.match(
      said,
      /^FAIL rule galley-upload: it is disabled: uploads wait for the clock \| oci events rule/m,
    );
    assert.match(
      said,
      /^FAIL Build Instance …\w+: it is STOPPED \| oci compute instance action --action START/m,
    );
    assert.equal(complaints(await visit(region)), []);
  },
);

well('without a kubeconfig the roles are not seen', async ({ region }) => {
  const found = complaints(await visit(region, { kubeconfig: '' }));
  assert.is(found.length, 1);
  assert.match(found[0] ?? '', /^\? roles of apply in the cluster: no kubeconfig/);
});

well('variables that are missing are named, and nothing is asked', async ({ region }) => {
  const {
    GALLEY_CLUSTER_ID: _cluster,
    GALLEY_COMPARTMENT_ID: _compartment,
    ...environment
  } = environmentOf(region);
  const found = await visit(region, { environment });
  assert.is(found.exitCode, 1);
  assert.equal(
    found.findings.map(({ what }) => what),
    ['variable GALLEY_COMPARTMENT_ID', 'variable GALLEY_CLUSTER_ID'],
  );
});

well('a registry that nobody reaches is a network path to mend', async ({ region }) => {
  const environment = { ...environmentOf(region), GALLEY_OCIR_ENDPOINT: '127.0.0.1:1/ns/galley' };
  const said = complaints(await visit(region, { environment })).join('\n');
  assert.match(said, /^FAIL network path to registry 127.0.0.1:1: .*ECONNREFUSED/m);
});

well.run();

const lost = suite('the doctor names what is taken away');
const textOf = (policy: string, part: string): string =>
  statementsOf(twin).find((one) => one.policy === policy && one.text.includes(part))?.text ?? '';
const START_POLL_BUILD = textOf('services', "'resourceschedule'");
const INVOKE_APPLY = textOf('poll_build', '{FN_INVOCATION}');

const SERVICES = [
  'object-storage',
  'events',
  'functions',
  'instance-agent',
  'notifications',
  'resource-scheduler',
] as const;

/** What is changed in the twin, and the complaints that must come of it. */
const LOSSES: readonly [
  what: string,
  change: (state: StateFile) => void,
  said: readonly (RegExp | string)[],
][] = [
  [
    'a statement',
    (state) => withoutStatements(state, { policy: 'poll_build', statements: [INVOKE_APPLY] }),
    [/^FAIL grant of poll-build: no policy says so \| Add to a policy in ocid1\.compartment/, INVOKE_APPLY],
  ],
  [
    'the policy that lets apply into the cluster',
    (state) => state.remove('oci_identity_policy.apply_cluster'),
    [/^FAIL grant of apply: .* to use clusters in compartment id .* where target\.cluster\.id = /],
  ],
  [
    'a dynamic group’s rule',
    (state) => {
      state.at('oci_identity_dynamic_group.apply').matching_rule =
        "ALL {resource.id = 'ocid1.fnfunc.oc1..x'}";
    },
    [
      /^FAIL dynamic group of functions\/apply: .* galley-apply with the rule: ALL \{resource\.type = 'fnfunc'/,
    ],
  ],
  [
    'object events',
    (state) => Object.assign(state.at('oci_objectstorage_bucket.source'), { object_events_enabled: false }),
    [/^FAIL bucket galley-source: object events are off.* \| oci os bucket update/],
  ],
  [
    'versions',
    (state) => Object.assign(state.at('oci_objectstorage_bucket.source'), { versioning: 'Disabled' }),
    [/^FAIL bucket galley-source: versioning is Disabled/],
  ],
  [
    'a rule',
    (state) => state.remove('oci_events_rule.push'),
    [/^FAIL rule for push: there is none: pushed images wait for the clock/],
  ],
  [
    'a rule’s function',
    (state) => {
      const [actions] = state.at('oci_events_rule.result').actions as [{ action: { function_id: string }[] }];
      for (const action of actions.action) action.function_id = 'ocid1.fnfunc.oc1..x';
    },
    [/^FAIL rule galley-result: it does not start poll-build/],
  ],
  [
    'the subscription',
    (state) => state.remove('oci_ons_subscription.clock'),
    [/^FAIL subscription of poll-build: no ORACLE_FUNCTIONS subscription/],
  ],
  [
    'the alarm',
    (state) => Object.assign(state.at('oci_monitoring_alarm.clock'), { is_enabled: false }),
    [/^FAIL alarm of the clock: galley-clock is disabled/],
  ],
  [
    'the hourly schedule',
    (state) => state.remove('oci_resource_scheduler_schedule.hourly'),
    [/^FAIL schedule of poll-build: none starts it: when the minute clock stands still/],
  ],
  [
    'the hourly schedule, put to sleep',
    (state) => Object.assign(state.at('oci_resource_scheduler_schedule.hourly'), { state: 'INACTIVE' }),
    [/^FAIL schedule of poll-build: galley-hourly is INACTIVE/],
  ],
  [
    'the grant of the schedule',
    (state) => withoutStatements(state, { policy: 'services', statements: [START_POLL_BUILD] }),
    [/^FAIL grant of OCI’s services: no policy says so/, START_POLL_BUILD],
  ],
  [
    'a function',
    (state) => state.remove('oci_functions_function.upload_trigger'),
    [/^FAIL function upload-trigger: not in the application/, /^FAIL rule galley-upload: it does not start/],
  ],
  [
    'time and digest of a function',
    (state) => {
      const attributes = state.at('oci_functions_function.poll_build');
      Object.assign(attributes, { timeout_in_seconds: 30, image_digest: '' });
    },
    [/^FAIL function poll-build: its image is not pinned by a digest; it has 30 s, and needs 300 s/],
  ],
  [
    'the plugin',
    (state) => {
      const [agent] = state.at('oci_core_instance.build').agent_config as [
        { plugins_config: { name: string; desired_state: string }[] },
      ];
      for (const plugin of agent.plugins_config) plugin.desired_state = 'DISABLED';
    },
    [/plugin Compute Instance Run Command( on …\w+: it)? is (STOPPED|DISABLED|NOT_SUPPORTED)/],
  ],
  [
    'the program of the Build Instance',
    (state) => state.remove('oci_objectstorage_object.galley_build'),
    [/^FAIL object galley-state\/system\/galley-build\.mjs: not there \| npm run build/],
  ],
  [
    'the developers’ policies',
    (state) => {
      state.remove('oci_identity_policy.developers');
      state.remove('oci_identity_policy.doctor');
    },
    [/^\? grants of developers: no group of people may push/],
  ],
];

for (const [what, change, said] of LOSSES) {
  lost(what, async () => {
    await using changed = await changedTwin(change);
    const services = SERVICES;
    const region = await startTestRegion({ twin: changed.file, services, clockSeconds: 3600 });
    try {
      const found = complaints(await visit(region));
      for (const pattern of said) {
        assert.ok(
          found.some((line) => (typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line))),
          `${pattern}\n${found.join('\n')}`,
        );
      }
    } finally {
      await region.stop();
    }
  });
}

lost.run();
