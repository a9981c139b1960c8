// The manifests of a shop of fourteen objects, as functions of what a version changes.

export interface Version {
  /** In the ConfigMap. */
  readonly greeting: string;
  /** Left out of the set. */
  readonly without?: readonly string[];
  /** Put in place of a file. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** A web server on the app's own image; the ConfigMap is its page. */
const POD = `
    metadata: {labels: {tier: TIER}}
    spec:
      containers:
        - name: TIER
          image: shop
          command: COMMAND
          resources: {requests: {cpu: 10m, memory: 16Mi}}`;

const pod = (tier: string, command: string): string =>
  POD.replaceAll('TIER', tier).replace('COMMAND', command).slice(1);

const workload = (kind: string, tier: string, { command, more = '' }: { command: string; more?: string }) =>
  `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${tier}}
spec:
  replicas: 1
  selector: {matchLabels: {tier: ${tier}}}${more}
  template:
${pod(tier, command)}
`;

const SLEEP = '[sh, -c, "trap exit TERM; while :; do sleep 1; done"]';
const SERVE = '[httpd, -f, -p, "8080", -h, /www]';

/** File → text; each file holds the object it is named after. */
const FILES: Readonly<Record<string, (version: Version) => string>> = {
  'config.yaml': ({ greeting }) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {greeting: ${greeting}}\n`,
  'account.yaml': () => 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n',
  'web.yaml': () => workload('Deployment', 'web', { command: SERVE }),
  'worker.yaml': () => workload('Deployment', 'worker', { command: SLEEP }),
  'cart.yaml': () => workload('StatefulSet', 'cart', { command: SLEEP, more: '\n  serviceName: cart' }),
  'web-service.yaml': () =>
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, selector: {tier: web}, ports: [{port: 80, targetPort: 8080}]}\n',
  'cart-service.yaml': () =>
    'apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {clusterIP: None, selector: {tier: cart}, ports: [{port: 80}]}\n',
  'report.yaml': () =>
    `apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: report, image: shop, command: [cat, /www/index.html]}]
`,
  'ingress.yaml': () =>
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n',
  'policy.yaml': () =>
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: cart}\nspec: {podSelector: {matchLabels: {tier: cart}}, policyTypes: [Ingress]}\n',
  'scale.yaml': () =>
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: worker}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: worker}, minReplicas: 1, maxReplicas: 3}\n',
  'budget.yaml': () =>
    'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: cart}\nspec: {maxUnavailable: 1, selector: {matchLabels: {tier: cart}}}\n',
  'crd.yaml': () => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: offers.shop.example.com}
spec:
  group: shop.example.com
  names: {kind: Offer, plural: offers, singular: offer}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {percent: {type: integer}}}}}
`,
  'offer.yaml': () =>
    'apiVersion: shop.example.com/v1\nkind: Offer\nmetadata: {name: summer}\nspec: {percent: 10}\n',
};

export const ALL_FILES: readonly string[] = Object.keys(FILES);

/** The whole source of a version; `descriptor` is its galley.yaml. */
export function shop(version: Version, descriptor = ''): Record<string, string> {
  const { greeting, without = [], instead = {} } = version;
  const kept = Object.entries(FILES).filter(([file]) => !without.includes(file));
  const manifests = kept.map(([file, text]) => [`k8s/${file}`, instead[file] ?? text(version)]);
  return {
    'galley.yaml': descriptor || 'rollout: {timeout: 3m}\n',
    Dockerfile: 'FROM busybox\nCOPY index.html /www/\nUSER 1000\n',
    'index.html': greeting,
    ...Object.fromEntries(manifests),
  };
}

/** The StatefulSet with another command. */
export function cartRunning(command: string): string {
  return workload('StatefulSet', 'cart', { command, more: '\n  serviceName: cart' });
}
