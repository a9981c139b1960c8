// Reads the paths of the Kubernetes API.

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const namespaceSubresources = new Set(['status', 'finalize']);

/** `/apis/apps/v1/namespaces/shop/deployments/web/status` and the like; undefined for other paths. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const [root, ...rest] = pathname
    .split('/')
    .slice(1)
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [group, version, ...path] = root === 'api' ? ['', ...rest] : rest;
  if ((root !== 'api' && root !== 'apis') || group === undefined || version === undefined) return undefined;
  const [first, namespace, third] = path;
  const isInside = first === 'namespaces' && third !== undefined && !namespaceSubresources.has(third);
  const [plural, name, subresource, ...more] = isInside ? path.slice(2) : path;
  if (plural === undefined || more.length > 0) return undefined;
  return { group, version, plural, namespace: isInside ? namespace : undefined, name, subresource };
}
