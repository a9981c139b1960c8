// What is done to instances beside OCI's API: switch off, switch on, kill the agent.
import type { Route } from '../../types.ts';
import type { InstanceChange } from './instances.ts';

const DEEDS = {
  stop: { isStopped: true, isAgentDown: false },
  start: { isStopped: false, isAgentDown: false },
  'kill-agent': { isStopped: false, isAgentDown: true },
} as const;

/** `POST /_galley/instances/<ocid>/{stop,start,kill-agent}`; a killed agent comes back with `start`. */
export function adminRoutes(set: (id: string, change: InstanceChange) => void): readonly Route[] {
  return Object.entries(DEEDS).map(([deed, change]) => ({
    operation: `GalleyInstance/${deed}`,
    method: 'POST',
    path: `/_galley/instances/:id/${deed}`,
    auth: 'none',
    handle: ({ params }) => {
      set(params.id ?? '', change);
      return { status: 204 };
    },
  }));
}
