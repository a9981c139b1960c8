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
  const type = text(body.eventType);
  if (type !== PUSH) return { ignored: `neither an image push nor {app, build}: ${type ?? 'no eventType'}` };
  const name = text(fields(body.data).resourceName) ?? '';
  const [, app = '', tag = ''] = /^(?:.*\/)?([^/:@]+):([^/:@]+)$/.exec(name) ?? [];
  return key(app, tag);
}

function key(app: string, id: string): BuildKey | { readonly ignored: string } {
  return isAppName(app) && isBuildId(id) ? { app, id } : { ignored: `no build of ours: ${app}:${id}` };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
