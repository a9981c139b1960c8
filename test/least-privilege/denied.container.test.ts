// A principal without one of its statements: the real step is denied, by name; with the statement back, it heals.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StartOptions } from '../../local/region.ts';
import type { Build } from '../../shared/build/build.ts';
import { type Pipeline, startPipeline } from '../end-to-end/pipeline.ts';
import { changedTwin, withoutStatements } from '../helpers/changed-twin.ts';
import { statementsOf, twin } from '../helpers/deployment.ts';
import { complaints, visit } from '../helpers/doctor.ts';
import type { Asked } from './recorder.ts';
import { SMALL } from './scenario.ts';

const PATIENCE_MS = 240_000;

interface Case {
  readonly who: string;
  readonly policy: string;
  /** Part of the statement that is taken away. */
  readonly part: string;
  /** The call that is denied for the want of it. */
  readonly denied: { readonly operation: string; readonly type: string };
  /** What the function named logs: the denial, and where to look. */
  readonly log?: readonly [name: string, says: RegExp];
  readonly fault?: { readonly name: string; readonly times: number };
  /** Is the same upload deployed, once the statement is back? Else the next one is. */
  readonly heals: 'the build' | 'the next upload';
}

const HINT = /NotAuthorizedOrNotFound.*galley doctor/;
const CASES: readonly Case[] = [
  {
    who: 'upload-trigger may not send commands',
    policy: 'upload_trigger',
    part: '{INSTANCE_AGENT_COMMAND_CREATE}',
    denied: { operation: 'CreateInstanceAgentCommand', type: 'fnfunc' },
    log: ['upload-trigger', /creating command.*NotAuthorizedOrNotFound/],
    heals: 'the build',
  },
  {
    who: 'poll-build may not invoke apply, and the push is not heard of',
    policy: 'poll_build',
    part: '{FN_INVOCATION}',
    denied: { operation: 'InvokeFunction', type: 'fnfunc' },
    log: ['poll-build', /invoking apply.*NotAuthorizedOrNotFound/],
    fault: { name: 'push-event-lost', times: 1000 },
    heals: 'the build',
  },
  {
    who: 'apply may not enter the cluster',
    policy: 'apply_cluster',
    part: 'use clusters',
    denied: { operation: 'GetCluster', type: 'fnfunc' },
    log: ['apply', HINT],
    heals: 'the build',
  },
  {
    who: 'the Build Instance may not read uploads',
    policy: 'build_instance',
    part: "target.bucket.name = 'galley-source'",
    denied: { operation: 'GetObject', type: 'instance' },
    heals: 'the build',
  },
  {
    who: 'rules may not start functions',
    policy: 'services',
    part: "'eventrule'",
    denied: { operation: 'InvokeFunction', type: 'eventrule' },
    heals: 'the next upload',
  },
  {
    who: 'Object Storage may not delete what is old',
    policy: 'lifecycle',
    part: 'objectstorage-',
    denied: { operation: 'DeleteObject', type: 'service' },
    heals: 'the build',
  },
];

const start = (options: Partial<StartOptions>): Promise<Pipeline> =>
  startPipeline({ cluster: 'stand-in', functions: 'processes', pods: 'played', ...options });

const denied = suite<{ meanwhile: Promise<readonly PromiseSettledResult<void>[]> }>('denied, and healed');

/** An apply that fails keeps its lease for a minute: that case runs beside the others. */
const isLong = ({ policy }: Case): boolean => policy === 'apply_cluster';
denied.before((context) => {
  context.meanwhile = Promise.allSettled(CASES.filter(isLong).map(inDirectory));
});
for (const one of CASES.filter((each) => !isLong(each))) denied(one.who, () => inDirectory(one));
denied(
  CASES.filter(isLong)
    .map(({ who }) => who)
    .join(),
  async ({ meanwhile }) => {
    for (const outcome of await meanwhile) if (outcome.status === 'rejected') throw outcome.reason;
  },
);

async function inDirectory(one: Case): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'galley-denied-'));
  try {
    await inOrder(directory, one);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function inOrder(directory: string, one: Case): Promise<void> {
  const texts = statementsOf(twin).filter(({ policy }) => policy === one.policy);
  const statement = texts.find(({ text }) => text.includes(one.part))?.text ?? '';
  await using changed = await changedTwin((state) =>
    withoutStatements(state, { policy: one.policy, statements: [statement] }),
  );
  const key = await during(await start({ directory, twin: changed.file }), async (pipeline) => {
    if (one.fault !== undefined) await pipeline.fault(one.fault);
    const uploaded = await pipeline.upload('denied', SMALL);
    await until(async () => (await denials(pipeline)).some((each) => isThat(each, one)));
    if (one.log !== undefined) await logged(pipeline, one.log);
    const said = complaints(await visit(pipeline.region));
    assert.ok(
      said.some((line) => line.startsWith('FAIL grant of') && line.endsWith(statement)),
      said.join('\n'),
    );
    return uploaded;
  });
  await during(await start({ directory }), async (pipeline) => {
    const next =
      one.heals === 'the build' ? key : await pipeline.upload('denied', { ...SMALL, note: 'next' });
    assert.is((await pipeline.ended(next)).state, 'deployed');
  });
}

async function during<T>(pipeline: Pipeline, work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
  try {
    return await work(pipeline);
  } finally {
    await pipeline.stop();
  }
}

async function denials(pipeline: Pipeline): Promise<readonly Asked[]> {
  return (await pipeline.admin('GET', '/_galley/identity/denials')) as readonly Asked[];
}

function isThat({ operation, principal }: Asked, { denied: wanted }: Case): boolean {
  return operation === wanted.operation && principal.type === wanted.type;
}

async function logged(pipeline: Pipeline, [name, says]: NonNullable<Case['log']>): Promise<void> {
  await until(async () => {
    const answer = await fetch(`${pipeline.region.endpoint}/_galley/functions/${name}/log`);
    return says.test(await answer.text());
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('It did not come to that.');
    await sleep(200);
  }
}

denied.run();

const spreading = suite('policies that take their time');

spreading('the pipeline waits for them, and deploys', async () => {
  const late = ['galley-poll-build', 'galley-build-instance', 'galley-apply', 'galley-apply-cluster'];
  const faults = late.map((where) => ({
    name: 'iam-delay' as const,
    where,
    value: 15,
    times: 1,
    probability: 1,
    seed: 1,
    text: '',
  }));
  await during(await start({ faults }), async (pipeline) => {
    const build: Build = await pipeline.ended(await pipeline.upload('early', SMALL));
    assert.is(build.state, 'deployed', JSON.stringify(build));
    const who = new Set((await denials(pipeline)).map(({ principal }) => principal.type));
    assert.ok(who.has('fnfunc') && who.has('instance'), [...who].join());
  });
});

spreading.run();
