// Which build an image push or an invoke is about.
import type { BuildKey } from '../../shared/build/build.ts';
import { isAppName, isBuildId } from '../../shared/build/id.ts';

const PUSH = 'com.oraclecloud.artifacts.uploaddockerimage';

/**
 * An image-push event's `data.resourceName` is `<prefix>/<app>:<build id>` (facts run-command §7.4); an invoke says
 * `{app, build}`. Neither proves anything: it only says where to look.
 */
export function parseApplyInput(input: unknown): BuildKey | { readonly ignored: string } {
  const body = fields(input);
  if (typeof body.app === 'string' && typeof body.build === 'string') return key(body.app, body.build);
  if (body.eventType !== PUSH)
    return { ignored: `neither an image push nor {app, build}: ${body.eventType ?? 'no eventType'}` };
  const name = fields(body.data).resourceName;
  const [, app = '', tag = ''] = /^(?:.*\/)?([^/:@]+):([^/:@]+)$/.exec(String(name)) ?? [];
  return key(app, tag);
}

function key(app: string, id: string): BuildKey | { readonly ignored: string } {
  return isAppName(app) && isBuildId(id) ? { app, id } : { ignored: `no build of ours: ${app}:${id}` };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
