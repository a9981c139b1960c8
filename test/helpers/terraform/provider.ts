// A Terraform provider in this process. It serves a schema over protocol 5, keeps no resource, and refuses what the
// real provider or OCI would. Terraform finds it through TF_REATTACH_PROVIDERS.
import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type Operations, operations, type Request } from './operations.ts';
import { ociSchema, TIME_SCHEMA } from './schema.ts';

export interface Providers extends AsyncDisposable {
  /** The value of TF_REATTACH_PROVIDERS, for Terraform's and OpenTofu's registry. */
  readonly reattach: string;
}

/** gRPC's status for a failure of ours. */
const INTERNAL = 13;
const REGISTRIES = ['registry.terraform.io', 'registry.opentofu.org'];

/** Serves oracle/oci and hashicorp/time on ports of their own; dispose to end them. */
export async function startProviders(): Promise<Providers> {
  const served = [
    { source: 'oracle/oci', ...(await serve(operations(ociSchema()))) },
    { source: 'hashicorp/time', ...(await serve(operations(TIME_SCHEMA))) },
  ];
  const entries = served.flatMap(({ source, port }) =>
    REGISTRIES.map((registry) => [`${registry}/${source}`, reattachment(port)] as const),
  );
  return {
    reattach: JSON.stringify(Object.fromEntries(entries)),
    [Symbol.asyncDispose]: async () => {
      for (const { server } of served) server.forceShutdown();
    },
  };
}

function reattachment(port: number): object {
  const address = { Network: 'tcp', String: `127.0.0.1:${port}` };
  return { Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true, Addr: address };
}

async function serve(calls: Operations): Promise<{ server: Server; port: number }> {
  const file = fileURLToPath(new URL('tfplugin5.proto', import.meta.url));
  const definition = loadPackageDefinition(loadSync(file, { keepCase: true, defaults: true, oneofs: true }));
  const { Provider } = definition.tfplugin5 as unknown as { Provider: ServiceClientConstructor };
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(
    Provider.service,
    Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, unary(call)])),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { server, port };
}

/** A throw becomes gRPC's INTERNAL error with the message: Terraform prints it and stops. */
function unary(call: (request: Request) => object) {
  return ({ request }: ServerUnaryCall<Request, object>, reply: sendUnaryData<object>): void => {
    try {
      reply(null, call(request));
    } catch (cause) {
      reply({
        code: INTERNAL,
        message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      });
    }
  };
}
