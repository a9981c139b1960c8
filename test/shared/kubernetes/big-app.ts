// An app of many kinds, as YAML files: what the deploy suite upgrades, shrinks, breaks and heals.
import { joinManifests } from '../../../shared/kubernetes/manifests.ts';

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: prepare, image: shop}]
      containers:
        - name: web
          image: shop
          ports: [{containerPort: 8080}]
          envFrom: [{configMapRef: {name: settings}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  tls: [{hosts: [shop.example.com]}]
  rules:
    - host: shop.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
`;

const WORK = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  selector: {matchLabels: {app: worker}}
  template:
    metadata: {labels: {app: worker}}
    spec: {containers: [{name: worker, image: "fra.ocir.io/ns/galley/shop:latest"}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: nightly, image: shop}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "docker.io/library/postgres:17"}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;

const settings = (greeting: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: ${greeting}}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {key: ${greeting}-secret}
`;

const CUSTOM = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: menus.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {kind: Menu, plural: menus, singular: menu}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {dish: {type: string}}}}
---
apiVersion: shop.example.com/v1
kind: Menu
metadata: {name: today}
spec: {dish: soup}
`;

export interface BigApp {
  readonly greeting?: string;
  readonly without?: readonly ('web' | 'work' | 'custom')[];
}

/** The manifests as one text with `# Source:` comments. */
export function bigApp({ greeting = 'hello', without = [] }: BigApp = {}): string {
  const files = [
    { part: 'settings', text: settings(greeting) },
    { part: 'web', text: WEB },
    { part: 'work', text: WORK },
    { part: 'custom', text: CUSTOM },
  ].filter(({ part }) => !without.some((one) => one === part));
  return joinManifests(files.map(({ part, text }) => ({ file: `k8s/${part}.yaml`, text })));
}

export const ALLOWED = { kinds: ['CustomResourceDefinition.apiextensions.k8s.io'], namespaces: [] };
