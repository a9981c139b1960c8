// What the API server says it serves: groups, versions, resources, and enough OpenAPI for kubectl's checks.
import type { Fields } from '../object.ts';
import { noSuchResource } from './api-error.ts';
import { groupVersionOf, type Resource } from './resources.ts';

/** What `kubectl get all` means. */
const inAll = new Set([
  'Pod',
  'Service',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
]);
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Only created, never stored. */
const reviews: readonly Resource[] = [
  review('authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  review('authorization.k8s.io', 'SubjectAccessReview', 'subjectaccessreviews'),
  review('authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews'),
];

function review(group: string, kind: string, plural: string): Resource {
  return { group, version: 'v1', kind, plural, namespaced: false, shortNames: [], subresources: [] };
}

/** `GET /api`, `/apis`, `/apis/GROUP`, `/api/v1`, `/apis/GROUP/VERSION`; throws 404 for what is not served. */
export function discovery(pathname: string, stored: readonly Resource[]): Fields {
  const resources = [...stored, ...reviews];
  const [root, group, version] = pathname
    .split('/')
    .slice(1)
    .filter((part) => part !== '');
  if (root === 'api') {
    return group === undefined
      ? { kind: 'APIVersions', versions: ['v1'] }
      : resourceList(resources, { group: '', version: group });
  }
  if (version !== undefined) return resourceList(resources, { group: group ?? '', version });
  const groups = groupsOf(resources);
  if (group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  const found = groups.find((each) => each.name === group);
  if (!found) throw noSuchResource();
  return { kind: 'APIGroup', apiVersion: 'v1', ...found };
}

function groupsOf(resources: readonly Resource[]): Fields[] {
  const named = Map.groupBy(
    resources.filter((resource) => resource.group !== ''),
    (resource) => resource.group,
  );
  return [...named].map(([name, members]) => {
    const versions = [...new Set(members.map((member) => member.version))].map((version) => ({
      groupVersion: `${name}/${version}`,
      version,
    }));
    return { name, versions, preferredVersion: versions[0] };
  });
}

function resourceList(resources: readonly Resource[], of: { group: string; version: string }): Fields {
  const served = resources.filter(
    (resource) => resource.group === of.group && resource.version === of.version,
  );
  if (served.length === 0) throw noSuchResource();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersionOf(of),
    resources: served.flatMap(entries),
  };
}

function entries(resource: Resource): Fields[] {
  const { kind, namespaced, plural, shortNames } = resource;
  const own = reviews.includes(resource) ? ['create'] : verbs;
  const categories = inAll.has(kind) ? { categories: ['all'] } : {};
  const short = { ...(shortNames.length > 0 ? { shortNames } : {}), ...categories };
  const subresources = resource.subresources.map((name) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind: name === 'scale' ? 'Scale' : kind,
    ...(name === 'scale' ? { group: 'autoscaling', version: 'v1' } : {}),
    verbs: name === 'log' ? ['get'] : name === 'binding' ? ['create'] : ['get', 'patch', 'update'],
  }));
  return [
    { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: own, ...short },
    ...subresources,
  ];
}

/** `GET /openapi/v3`: where each group version's document is. */
export function openApiIndex(resources: readonly Resource[]): Fields {
  const paths = [...new Set(resources.map(openApiPath))].map((path) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

function openApiPath(resource: Resource): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${resource.group}/${resource.version}`;
}

/**
 * The document of one group version. It has no models: kubectl only looks whether PATCH takes
 * `fieldValidation`, and then leaves the checking to the server.
 */
export function openApiDocument(path: string, resources: readonly Resource[]): Fields {
  const paths = resources
    .filter((resource) => openApiPath(resource) === path)
    .map((resource) => {
      const { group, version, kind } = resource;
      const parameters = ['fieldManager', 'fieldValidation', 'dryRun', 'force'].map((name) => ({
        name,
        in: 'query',
        schema: { type: 'string' },
      }));
      const operation = {
        'x-kubernetes-group-version-kind': { group, version, kind },
        parameters,
        responses: {},
      };
      const scope = resource.namespaced ? 'namespaces/{namespace}/' : '';
      return [`/${path}/${scope}${resource.plural}/{name}`, { patch: operation }];
    });
  if (paths.length === 0) throw noSuchResource();
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.34.4' },
    paths: Object.fromEntries(paths),
  };
}
