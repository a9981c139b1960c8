// Invokes functions/apply for one build, and does not wait for it.
import type { Readable } from 'node:stream';
import type { requests } from 'oci-functions';
import type { BuildKey } from '../build/build.ts';
import { messageOf, PipelineError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Applier } from '../pipeline/ports.ts';
import { calling, isDenial } from './calling.ts';
import type { Clients } from './clients.ts';
import { lazily } from './lazily.ts';

export interface ApplyFunction {
  readonly functionId: string;
  /** The application's host; absent: asked of the Functions service (needs FN_FUNCTION_READ). */
  readonly invokeEndpoint?: string;
  /** The caller may not be entitled to it: a denial is logged, and the sweep invokes apply within the minute. */
  readonly isOptional?: boolean;
}

/** For a function that is not entitled to invoke apply. */
export const leaveToSweep: Applier = { invoke: async () => {} };

export function ociApplier(clients: Clients, target: ApplyFunction & { readonly log: Log }): Applier {
  const { functionId, invokeEndpoint, isOptional = false, log } = target;
  const invoker = lazily(async () =>
    clients.invoker(invokeEndpoint ?? (await invokeEndpointOf(clients, functionId))),
  );
  const invoke = async ({ app, id }: BuildKey): Promise<void> => {
    const client = await invoker();
    const request: requests.InvokeFunctionRequest = {
      functionId,
      invokeFunctionBody: JSON.stringify({ app, build: id }),
      // Strings at run time: importing the SDK's enum would load every request.
      fnIntent: 'httprequest' as requests.InvokeFunctionRequest.FnIntent,
      fnInvokeType: 'detached' as requests.InvokeFunctionRequest.FnInvokeType,
    };
    const { value } = await calling(`invoking apply for ${app}/${id}`, () => client.invokeFunction(request));
    // 202, with nothing of interest; an unread body would keep the connection.
    (value as Readable | undefined)?.resume();
  };
  return {
    invoke: (key) =>
      invoke(key).catch((error: unknown) => {
        if (!isOptional || !isDenial(error)) throw error;
        log('apply is left to the sweep', { app: key.app, build: key.id, why: messageOf(error) });
      }),
  };
}

async function invokeEndpointOf(clients: Clients, functionId: string): Promise<string> {
  const client = await clients.functions();
  const get = () => client.getFunction({ functionId });
  const endpoint = (await calling(`looking up function ${functionId}`, get)).function.invokeEndpoint;
  if (endpoint !== undefined) return endpoint;
  throw new PipelineError(`Function ${functionId} has no invoke endpoint.`, { retry: 'later' });
}
