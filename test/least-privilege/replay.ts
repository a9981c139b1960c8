// Events told once more, much later: OCI delivers them at least once, and says nothing of when.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '../../local/types.ts';
import type { Pipeline } from '../end-to-end/pipeline.ts';

const PATIENCE_MS = 240_000;

export interface Replay {
  /** Tells the upload's event again, and waits until upload-trigger has heard it. */
  upload(app: string): Promise<void>;
}

/** Remembers the events of uploads from now on. */
export function remember(pipeline: Pipeline): Replay {
  const { wiring } = pipeline.region.region;
  const publish = wiring.publish.bind(wiring);
  const uploads = new Map<string, CloudEvent>();
  wiring.publish = (event) => {
    const [folder, app = ''] = event.data.resourceName.split('/');
    if (folder === 'apps') uploads.set(app, event);
    publish(event);
  };
  return {
    async upload(app) {
      const event = uploads.get(app);
      if (event === undefined) throw new Error(`No upload of ${app} was told of.`);
      const before = await calls(pipeline);
      publish(event);
      const deadline = Date.now() + PATIENCE_MS;
      while ((await calls(pipeline)) <= before) {
        if (Date.now() > deadline) throw new Error(`upload-trigger did not hear of ${app} again.`);
        await sleep(100);
      }
    },
  };
}

async function calls(pipeline: Pipeline): Promise<number> {
  const usage = (await pipeline.admin('GET', '/_galley/functions/usage')) as {
    functions: readonly { function: string; calls: number }[];
  };
  return usage.functions.find((one) => one.function === 'upload-trigger')?.calls ?? 0;
}
