// The people of the region: an owner who may do everything, and a developer who may do what policies say.
// Their API keys and the OCI config file that names them are made once and kept.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../replace-file.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** Names of the groups the user is in. */
  readonly groups: readonly string[];
}

/** The group every tenancy has; its members may do everything (Identity/Concepts/policygetstarted). */
export const ADMINISTRATORS = 'Administrators';
/** The group that policies of the deployment give the rights of a `galley` user. */
export const DEVELOPERS = 'galley-developers';

const PEOPLE = [
  { profile: 'DEFAULT', name: 'owner', groups: [ADMINISTRATORS] },
  { profile: 'DEVELOPER', name: 'developer', groups: [DEVELOPERS] },
] as const;

/** Makes keys and `config` in `<directory>/oci`, or reads the keys that are there. */
export function openUsers(tenancyId: string, place: { directory: string; region: string }): readonly User[] {
  const directory = join(place.directory, 'oci');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const profiles: string[] = [];
  const users = PEOPLE.map(({ profile, name, groups }) => {
    const file = join(directory, `${name}.pem`);
    const publicKey = keptKey(file);
    const user = {
      id: userId(tenancyId, name),
      name,
      fingerprint: fingerprint(publicKey),
      publicKey,
      groups,
    };
    profiles.push(
      [
        `[${profile}]`,
        `user=${user.id}`,
        `fingerprint=${user.fingerprint}`,
        `tenancy=${tenancyId}`,
        `region=${place.region}`,
        `key_file=${file}`,
      ].join('\n'),
    );
    return user;
  });
  replaceFile(configFile(place.directory), `${profiles.join('\n\n')}\n`, 0o600);
  return users;
}

/** Where the OCI config file lies in a region's directory. */
export function configFile(directory: string): string {
  return join(directory, 'oci', 'config');
}

function keptKey(file: string): KeyObject {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    replaceFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  }
  return createPublicKey(readFileSync(file));
}

/** As OCI shows it: MD5 of the DER public key, in pairs. */
export function fingerprint(key: KeyObject): string {
  const hex = createHash('md5')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return (hex.match(/../g) ?? []).join(':');
}

function userId(tenancyId: string, name: string): string {
  return `ocid1.user.oc1..${createHash('sha256').update(`${tenancyId}/${name}`).digest('hex').slice(0, 60)}`;
}
