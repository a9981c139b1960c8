// What cloud-init gets, as the default twin has it (test/deploy/twin.test.ts holds it and deploy/ together).
import { readFileSync } from 'node:fs';
import { DEFAULT_TWIN } from './twin.ts';
import type { StateResource } from './workspace.ts';

/** The user data of the first Build Instance, decoded. */
export function userData(): string {
  const { resources }: { resources: readonly StateResource[] } = JSON.parse(
    readFileSync(DEFAULT_TWIN, 'utf8'),
  );
  const instance = resources.find(({ type }) => type === 'oci_core_instance')?.instances[0]?.attributes;
  const metadata = instance?.metadata;
  const encoded = typeof metadata === 'object' && metadata !== null ? Object.entries(metadata) : [];
  const [, data] = encoded.find(([key]) => key === 'user_data') ?? [];
  if (typeof data !== 'string') throw new Error(`${DEFAULT_TWIN} has no user data of an instance`);
  return Buffer.from(data, 'base64').toString();
}
