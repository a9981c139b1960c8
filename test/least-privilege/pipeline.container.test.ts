// Least privilege, proven: one run of everything with exactly the policies that deploy/ writes. Then each part of each
// statement is taken away, and a call of that run must be denied (or, for a condition, a hostile one be let through).
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grantsOf } from '../../shared/oci/survey/grants.ts';
import { missingGrants } from '../../shared/oci/survey/policies.ts';
import { isWritten } from '../../shared/oci/survey/statements.ts';
import { type Pipeline, startPipeline } from '../end-to-end/pipeline.ts';
import { changedTwin } from '../helpers/changed-twin.ts';
import { deployment, statementsOf, twin } from '../helpers/deployment.ts';
import { type Evaluator, evaluatorOf } from './evaluator.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { probesOf } from './probes.ts';
import { EXPECTED_DENIALS, RARE } from './rare.ts';
import { type Asked, record } from './recorder.ts';
import { APPLY_SECONDS, everything } from './scenario.ts';

interface Context {
  pipeline: Pipeline;
  evaluator: Evaluator;
  /** What each statement granted. */
  granted: ReadonlyMap<string, readonly Asked[]>;
}

const test = suite<Context>('least privilege');
const written = statementsOf(twin);
const texts = written.map(({ text }) => text);
const grants = grantsOf(deployment());

test.before(async (context) => {
  await using changed = await changedTwin((state) => {
    state.at('oci_functions_function.apply').timeout_in_seconds = APPLY_SECONDS;
  });
  context.pipeline = await startPipeline({
    twin: changed.file,
    cluster: 'stand-in',
    functions: 'processes',
    pods: 'played',
  });
  context.evaluator = evaluatorOf(context.pipeline.region.region);
});
test.after(({ pipeline }) => pipeline?.stop());

function byStatement(evaluator: Evaluator, asked: readonly Asked[]): Map<string, Asked[]> {
  const granted = new Map<string, Asked[]>(texts.map((text) => [text, []]));
  for (const one of asked) {
    const { isAllowed, by } = evaluator.decide(evaluator.world, one);
    if (isAllowed) for (const { text } of by) granted.get(text)?.push(one);
  }
  return granted;
}

test('everything runs with the policies of deploy/', async (context) => {
  const asked = record(context.pipeline.region.region);
  await everything(context.pipeline);
  context.granted = byStatement(context.evaluator, [...asked, ...RARE]);
});

test('nothing is denied that a run needs', async ({ pipeline }) => {
  const denials = (await pipeline.admin('GET', '/_galley/identity/denials')) as readonly (Asked & {
    permission: string;
  })[];
  const strange = denials.filter(
    ({ principal, operation }) =>
      !EXPECTED_DENIALS.some((one) => one.kind === principal.kind && one.operation === operation),
  );
  assert.equal(
    strange.map(({ principal, operation, permission }) => [principal.id, operation, permission]),
    [],
  );
});

test('every statement is used: by the run, or by a rare call that is listed with its reason', async ({
  pipeline,
  granted,
}) => {
  const usage = (await pipeline.admin('GET', '/_galley/identity/usage')) as readonly {
    statement: string;
    count: number;
  }[];
  const used = new Set(usage.filter(({ count }) => count > 0).map(({ statement }) => statement));
  const rare = new Set(RARE);
  const idle = texts.filter(
    (text) => !used.has(text) && !granted.get(text)?.some((one) => rare.has(one as (typeof RARE)[number])),
  );
  assert.equal(idle, []);
});

test('every rare call is granted', ({ evaluator }) => {
  const denied = RARE.filter((one) => !evaluator.decide(evaluator.world, one).isAllowed);
  assert.equal(denied, []);
});

for (const { policy, text } of written) {
  const mutants = mutantsOf(text);
  test(`${policy}: each of ${mutants.length} parts is needed: ${briefly(text)}`, ({ evaluator, granted }) => {
    const calls = granted.get(text) ?? [];
    const survivors = mutants.filter((mutant) => shownBy(mutant, { text, calls, evaluator }) === undefined);
    assert.equal(
      survivors.map(({ without, is }) => `${is} without ${without}`),
      [],
    );
  });
  test(`${policy}: the doctor names what is gone, and sees what is too wide: ${briefly(text)}`, () => {
    for (const mutant of mutants) {
      const statements = texts.flatMap((each) => (each === text ? (mutant.text ?? []) : each));
      const missing = missingGrants(grants, { statements }).map(({ statement }) => statement);
      assert.equal(missing, mutant.is === 'narrower' ? [text] : [], mutant.without);
      assert.not.ok(isWritten(text, { statements }), mutant.without);
    }
  });
}

/** The step that shows a mutant: one that no longer works, or a hostile call that does. */
function shownBy(
  mutant: Mutant,
  { text, calls, evaluator }: { text: string; calls: readonly Asked[]; evaluator: Evaluator },
): string | undefined {
  const world = evaluator.changed(text, mutant.text);
  if (mutant.is === 'narrower') {
    const lost = calls.find((one) => evaluator.decide(world, one).missing !== undefined);
    return lost && `${lost.step}: ${lost.operation}`;
  }
  const open = calls
    .flatMap(probesOf)
    .filter((probe) => !evaluator.decide(evaluator.world, probe).isAllowed)
    .find((probe) => evaluator.decide(world, probe).isAllowed);
  return open && `${open.operation} with ${open.off}`;
}

function briefly(text: string): string {
  return text.replace(/ocid1\.[\w.-]+/g, '…').slice(6, 110);
}

test.run();
