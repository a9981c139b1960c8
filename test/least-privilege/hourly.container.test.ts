// Alarm and events are dead: the hourly schedule alone, and its grant alone, bring an upload to its end.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deployed } from '../end-to-end/ended.ts';
import { type Pipeline, startPipeline } from '../end-to-end/pipeline.ts';
import { changedTwin } from '../helpers/changed-twin.ts';
import { SMALL } from './scenario.ts';

/** An hour is sixty of them. */
const MINUTE_SECONDS = 0.05;

const test = suite('the safety net');

test('finds an upload that nothing else told of, and takes it to its end', async () => {
  await using changed = await changedTwin((state) => {
    for (const rule of ['upload', 'result', 'push']) state.at(`oci_events_rule.${rule}`).is_enabled = false;
    state.at('oci_monitoring_alarm.clock').is_enabled = false;
  });
  const kind = { cluster: 'stand-in', functions: 'processes', pods: 'played' } as const;
  const pipeline = await startPipeline({ ...kind, twin: changed.file, clockSeconds: MINUTE_SECONDS });
  try {
    deployed(await pipeline.ended(await pipeline.upload('forgotten', SMALL)));
    assert.equal(await startedBy(pipeline), ['resourceschedule']);
  } finally {
    await pipeline.stop();
  }
});

/** Types of the callers that OCI's services started functions as. */
async function startedBy(pipeline: Pipeline): Promise<string[]> {
  const usage = (await pipeline.admin('GET', '/_galley/identity/usage')) as readonly {
    statement: string;
    count: number;
  }[];
  const used = usage.filter(({ statement, count }) => statement.startsWith('Allow any-user') && count > 0);
  return used.map(({ statement }) => /request\.principal\.type = '(\w+)'/.exec(statement)?.[1] ?? statement);
}

test.run();
