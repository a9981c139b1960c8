// The cluster's administrator beside the pipeline: looks at what was applied, and puts things right by hand.
import type { ApiClient } from '../../local/cluster/api-client.ts';
import { givenCluster } from '../../local/cluster/given.ts';
import type { KubeObject } from '../../local/cluster/object.ts';
import type { Pipeline } from './pipeline.ts';

export interface Administrator {
  /** Objects of a collection, `/apis/apps/v1/namespaces/shop/deployments`; none when the kind is not served. */
  list(path: string): Promise<readonly KubeObject[]>;
  /** One object, or undefined. */
  find(path: string): Promise<KubeObject | undefined>;
  /** Throws when the server refuses. */
  send: ApiClient['send'];
  close(): void;
}

/** Close it when done. */
export async function administratorOf({ region }: Pipeline): Promise<Administrator> {
  const { admin } = await givenCluster(region.description.kubeconfig);
  const get = async (path: string): Promise<Record<string, unknown> | undefined> => {
    const { status, body, text } = await admin.get(path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return body;
  };
  return {
    list: async (path) => ((await get(path))?.items ?? []) as KubeObject[],
    find: async (path) => (await get(path)) as KubeObject | undefined,
    send: async (method, path, options) => {
      const answer = await admin.send(method, path, options);
      if (answer.status < 300) return answer;
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    },
    close: () => admin.close(),
  };
}

/** Images of a workload's containers. */
export function imagesOf(object: KubeObject): string[] {
  const spec = object.spec as { template?: { spec?: { containers?: { image: string }[] } } } | undefined;
  return (spec?.template?.spec?.containers ?? []).map(({ image }) => image);
}
