// Instance metadata, version 2: what a machine of OCI reads at http://169.254.169.254/opc/v2/.
// The plain path is the first instance of the twin; `/_instances/<ocid>/opc/v2/` is each one of a pool.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import { type Call, type Region, type Reply, type Route, type Service, ServiceError } from '../../types.ts';
import { instanceDocument } from './document.ts';

const FILES = { 'cert.pem': 'cert', 'key.pem': 'key', 'intermediate.pem': 'intermediate' } as const;

export function metadata(region: Region): Service {
  return {
    name: 'metadata',
    routes: ['', '/_instances/:instanceId'].flatMap((base) => routesAt(region, base)),
  };
}

function routesAt(region: Region, base: string): Route[] {
  const route = (path: string, handle: (call: Call) => Promise<Reply> | Reply): Route => ({
    operation: 'ReadInstanceMetadata',
    method: 'GET',
    path: `${base}/opc/v2${path}`,
    auth: 'none',
    handle(call) {
      requireHeader(call);
      return handle(call);
    },
  });
  return [
    ...['/instance', '/instance/'].map((path) =>
      route(path, (call) => ({ status: 200, body: instanceDocument(region, instanceId(region, call)) })),
    ),
    route('/instance/*', (call) =>
      part(instanceDocument(region, instanceId(region, call)), call.params['*'] ?? ''),
    ),
    route('/identity/:file', async (call) => {
      const file = Object.entries(FILES).find(([name]) => name === call.params.file)?.[1];
      if (file === undefined) throw notAuthorizedOrNotFound();
      const certificate = await region.wiring.instanceCertificate(instanceId(region, call));
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: certificate[file] };
    }),
  ];
}

/** Version 2 answers only who proves to be no browser and no proxy (Compute/Tasks/gettingmetadata). */
function requireHeader(call: Call): void {
  if (call.header('authorization') === 'Bearer Oracle') return;
  throw new ServiceError(
    401,
    'NotAuthenticated',
    'Instance metadata needs the header "Authorization: Bearer Oracle".',
  );
}

function instanceId(region: Region, { params }: Call): string {
  const id = params.instanceId ?? region.twin.of('oci_core_instance')[0]?.values.id;
  if (typeof id !== 'string') throw notAuthorizedOrNotFound('The twin has no instance.');
  return id;
}

/** `instance/region` is the text, `instance/agentConfig/…` goes deeper, objects come as JSON. */
function part(document: object, path: string): Reply {
  let value: unknown = document;
  for (const key of path.split('/').filter((one) => one !== '')) {
    value =
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined;
  }
  if (value === undefined || value === null) throw notAuthorizedOrNotFound();
  return { status: 200, body: typeof value === 'object' ? value : String(value) };
}
