// The shop's pipeline on a real API server, with its administrator: what both sides see and do.
import { parse } from 'yaml';
import type { Build, In } from '../../../shared/build/build.ts';
import { type Administrator, administratorOf, imagesOf } from '../administrator.ts';
import { deployed } from '../ended.ts';
import { type Pipeline, startPipeline } from '../pipeline.ts';
import { twinOf } from '../twins.ts';
import { shop, type Version } from './objects.ts';

export interface Shop {
  readonly pipeline: Pipeline;
  readonly administrator: Administrator;
  /** Uploads a version, and waits for the end of its build. */
  end(version: Version, descriptor?: string): Promise<Build>;
  /** The newest build, which must be deployed. */
  newest(): Promise<In<'deployed'>>;
  /** `deployments/web`, …: what is in the namespace; the server's own and the inventory aside. */
  standing(): Promise<string[]>;
  /** Images of all Deployments and StatefulSets. */
  images(): Promise<string[]>;
  /** Puts the rules that a record asks for, and those it says will follow, into the ClusterRole; `verb resource` of each. */
  paste(failed: In<'failed'>): Promise<string[]>;
  stop(): Promise<void>;
}

const NAMESPACE = '/namespaces/shop';
const KINDS: Readonly<Record<string, string>> = {
  configmaps: '/api/v1',
  serviceaccounts: '/api/v1',
  services: '/api/v1',
  deployments: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  cronjobs: '/apis/batch/v1',
  ingresses: '/apis/networking.k8s.io/v1',
  networkpolicies: '/apis/networking.k8s.io/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  poddisruptionbudgets: '/apis/policy/v1',
  offers: '/apis/shop.example.com/v1',
};
const NOT_OF_THE_APP = /^(kube-root-ca\.crt|default|galley-shop)$/;

/** CustomResourceDefinitions are opened up in the function's configuration; the rights are not there yet. */
export async function openShop(): Promise<Shop> {
  const config = { GALLEY_ALLOWED_KINDS: 'CustomResourceDefinition.apiextensions.k8s.io' };
  const twin = await twinOf({ instances: 1, config });
  const pipeline = await startPipeline({ twin: twin.file, cluster: 'real', functions: 'processes' });
  const administrator = await administratorOf(pipeline);
  const list = (plural: string) => administrator.list(`${KINDS[plural]}${NAMESPACE}/${plural}`);
  return {
    pipeline,
    administrator,
    end: async (version, descriptor) =>
      pipeline.ended(await pipeline.upload('shop', shop(version, descriptor))),
    newest: async () => {
      const id = (await pipeline.desk.ids('shop')).at(-1) ?? '';
      return deployed(await pipeline.ended({ app: 'shop', id }));
    },
    standing: async () => {
      const lists = await Promise.all(
        Object.keys(KINDS).map(async (plural) =>
          (await list(plural))
            .filter(({ metadata }) => !NOT_OF_THE_APP.test(metadata.name))
            .map(({ metadata }) => `${plural}/${metadata.name}`),
        ),
      );
      return lists.flat().sort();
    },
    images: async () => [...(await list('deployments')), ...(await list('statefulsets'))].flatMap(imagesOf),
    paste: (failed) => paste(failed, administrator),
    stop: async () => {
      administrator.close();
      await pipeline.stop();
      await twin.remove();
    },
  };
}

async function paste({ detail }: In<'failed'>, administrator: Administrator): Promise<string[]> {
  const all = 'list, create, patch, delete';
  const lines = detail
    .split('\n')
    .filter((line) => line.startsWith('- {apiGroups'))
    .map((line) => (line.endsWith(`need ${all}`) ? line.replace(/verbs: \[.*\]/, `verbs: [${all}]`) : line));
  const rules: { verbs: string[]; resources: string[] }[] = lines.flatMap((line) => parse(line));
  const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/galley-apply';
  const body = rules.map((value) => ({ op: 'add', path: '/rules/-', value }));
  await administrator.send('PATCH', role, { body, type: 'application/json-patch+json' });
  return rules.flatMap(({ verbs, resources }) => verbs.map((verb) => `${verb} ${resources.join()}`));
}
