// An upload's event → one record, a slot, a command. Told twice, it does nothing the second time.
import { appOfObject, buildId } from '../../shared/build/id.ts';
import { admit, type Door } from '../../shared/pipeline/admit.ts';
import { advance } from '../../shared/pipeline/advance.ts';
import type { Loop } from '../../shared/pipeline/tasks.ts';
import { parseUploadEvent } from './event.ts';

export interface UploadTriggerDeps {
  readonly loop: Loop;
  readonly door: Door;
}

export interface UploadTriggerAnswer {
  readonly build?: string;
  readonly state?: string;
  readonly ignored?: string;
}

/** Nobody can have asked to cancel what was admitted a moment ago; if somebody did, the sweep sees it. */
const JUST_ADMITTED = { cancels: new Map<string, string>() };

/** @param input the event as parsed JSON; anything else is ignored with a log line */
export async function uploadTrigger(
  input: unknown,
  { loop, door }: UploadTriggerDeps,
): Promise<UploadTriggerAnswer> {
  const event = parseUploadEvent(input);
  if ('ignored' in event) return ignore(event.ignored, door);
  if (event.bucket !== door.bucket || event.namespace !== door.namespace)
    return ignore(`bucket ${event.bucket}`, door);
  const app = appOfObject(event.object);
  if (app === undefined)
    return ignore(`object ${event.object} is not apps/<app>/<name>.tar.gz, .tgz or .tar`, door);
  const upload = await door.ports.uploads.find(event.object, event.eTag);
  if (upload === undefined) return ignore(`object ${event.object} with this ETag is gone`, door);
  const admitted = await admit(upload, door);
  const id = buildId({ ...event, eTag: upload.eTag }, upload.uploadedAt);
  if (admitted?.build.state === 'rejected') return { build: id, state: 'rejected' };
  const moved = await advance(
    { app, id },
    admitted === undefined ? loop : { ...loop, loaded: admitted, known: JUST_ADMITTED },
  );
  return { build: id, state: moved?.state ?? 'finished' };
}

function ignore(why: string, { ports }: Door): UploadTriggerAnswer {
  ports.log('ignored', { why });
  return { ignored: why };
}
