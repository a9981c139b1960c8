// What is asked of the functions service beside OCI's API: logs, usage, and a kill.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import type { Route } from '../../types.ts';
import type { FunctionLogs } from './logs.ts';
import { killAll, type Pool } from './pool.ts';
import type { Runtime } from './runtime.ts';
import type { UsageBook } from './usage.ts';

interface Inside {
  readonly pools: readonly Pool[];
  readonly logs: FunctionLogs;
  readonly usage: UsageBook;
  runtime(): Promise<Runtime>;
}

/** `GET …/usage`, `GET …/:name/log?call=<id>`, `POST …/:name/kill`. */
export function adminRoutes({ pools, logs, usage, runtime }: Inside): readonly Route[] {
  const poolOf = (name: string | undefined): Pool => {
    const pool = pools.find(({ definition }) => definition.name === name);
    if (pool === undefined) throw notAuthorizedOrNotFound(`There is no function ${name} in the twin.`);
    return pool;
  };
  const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
    operation: `Galley${method}Functions${path}`,
    method,
    path: `/_galley/functions${path}`,
    auth: 'none',
    handle,
  });
  return [
    route('GET', '/usage', async () => ({
      status: 200,
      body: { runtime: (await runtime()).kind, functions: usage.list() },
    })),
    route('GET', '/:name/log', ({ params, query }) => {
      const lines = logs.read(poolOf(params.name).definition.name, query.get('call') ?? undefined);
      return {
        status: 200,
        body: lines.map(({ time, callId, line }) => `${time} ${callId} ${line}\n`).join(''),
      };
    }),
    route('POST', '/:name/kill', async ({ params }) => ({
      status: 200,
      body: { killed: await killAll(poolOf(params.name)) },
    })),
  ];
}
