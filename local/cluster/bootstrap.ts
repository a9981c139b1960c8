// Applies what a cluster administrator grants once, before anything is deployed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import type { ApiClient } from './api-client.ts';
import { fieldsOf, isFields, textOf } from './object.ts';

export interface BootstrapOptions {
  readonly client: ApiClient;
  /** OCIDs of the dynamic groups the function apply is in. */
  readonly groups: readonly string[];
}

/** What an administrator applies who lets Galley deploy any app: the file that a real deployment is given. */
const GRANTS = join(import.meta.dirname, '../../deploy/kubernetes/cluster-wide.yaml');
const PLACEHOLDER = /\$\{apply_dynamic_group_ocid\}/;
/** RBAC answers as soon as the API server is ready; a busy machine may need a moment more. */
const ATTEMPTS = 30;
const PAUSE_MS = 500;

/** The objects of a YAML text for the given groups: a subject with the placeholder becomes one per group. */
export function bootstrapObjects(text: string, groups: readonly string[]): Record<string, unknown>[] {
  const documents = parseAllDocuments(text).map((document): unknown => document.toJS());
  return documents.filter(isFields).map((object) => {
    if (!Array.isArray(object.subjects)) return object;
    const subjects = object.subjects.flatMap((subject: unknown) => {
      const name = textOf(fieldsOf(subject).name);
      if (!PLACEHOLDER.test(name)) return [subject];
      return groups.map((group) => ({ ...fieldsOf(subject), name: name.replace(PLACEHOLDER, group) }));
    });
    return { ...object, subjects };
  });
}

/** Throws when the cluster refuses an object. */
export async function bootstrap({ client, groups }: BootstrapOptions): Promise<void> {
  for (const object of bootstrapObjects(readFileSync(GRANTS, 'utf8'), groups)) await applyOne(client, object);
}

async function applyOne(client: ApiClient, object: Record<string, unknown>): Promise<void> {
  const path = await pathOf(client, object);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.apply(path, object);
    if (answer.status < 300) return;
    if (attempt >= ATTEMPTS)
      throw new Error(`the cluster refused ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    await delay(PAUSE_MS);
  }
}

async function pathOf(client: ApiClient, object: Record<string, unknown>): Promise<string> {
  const [apiVersion, kind] = [textOf(object.apiVersion), textOf(object.kind)];
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { body } = await client.get(base);
  const resources = Array.isArray(body.resources) ? body.resources.map(fieldsOf) : [];
  const found = resources.find((resource) => resource.kind === kind && !textOf(resource.name).includes('/'));
  if (!found) throw new Error(`the cluster does not know ${kind} of ${apiVersion}`);
  const metadata = fieldsOf(object.metadata);
  const scope = found.namespaced === true ? `/namespaces/${textOf(metadata.namespace) || 'default'}` : '';
  return `${base}${scope}/${textOf(found.name)}/${encodeURIComponent(textOf(metadata.name))}`;
}
