// The resource principal of a function: two files, renewed before the token in them ends.
import type { Region } from '../../types.ts';
import { type WorkDirectory, writeCredentials } from './work-directory.ts';

/** The SDK reads the files again only after the token's end (facts E.3), so they are renewed at half of its life. */
const RENEW_AT = 0.5;

/** Writes fresh files; answers until when they need no renewal (milliseconds since 1970). */
export async function loadCredentials(
  region: Region,
  functionId: string,
  directory: WorkDirectory,
): Promise<number> {
  const session = region.wiring.resourcePrincipal(functionId);
  await writeCredentials(directory, session);
  const now = region.now().getTime();
  return now + (expiryOf(session.rpst) - now) * RENEW_AT;
}

function expiryOf(token: string): number {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return Number(claims.exp) * 1000;
}
