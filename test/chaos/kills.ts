// What can be killed: everything that runs while an upload is on its way.
import { readFileSync } from 'node:fs';
import { processesOf } from './region.ts';

export interface Kill {
  readonly name: string;
  kill(place: { directory: string; endpoint: string }): Promise<void>;
}

const STATE = new URL('../../local/default.tfstate.json', import.meta.url);
const [INSTANCE] = JSON.parse(
  readFileSync(STATE, 'utf8'),
).outputs.galley_environment.value.GALLEY_BUILD_INSTANCE_ID.split(',');

/** kill -9 to every process of the region whose command line fits. */
function byCommand(name: string, fits: RegExp): Kill {
  return {
    name,
    kill: async ({ directory }) => {
      for (const { pid, command } of processesOf(directory)) if (fits.test(command)) kill(pid);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended by itself meanwhile.
  }
}

function byAdmin(name: string, path: string): Kill {
  return {
    name,
    kill: async ({ endpoint }) => {
      await fetch(`${endpoint}/_galley/${path}`, { method: 'POST' }).catch(() => undefined);
    },
  };
}

export const KILLS: readonly Kill[] = [
  byAdmin('upload-trigger', 'functions/upload-trigger/kill'),
  byAdmin('poll-build', 'functions/poll-build/kill'),
  byAdmin('apply', 'functions/apply/kill'),
  byCommand('galley-build', /galley-build\.mjs/),
  byCommand('registry', /docker-registry/),
  {
    name: 'agent',
    kill: async ({ endpoint }) => {
      for (const deed of ['kill-agent', 'start']) {
        const url = `${endpoint}/_galley/instances/${INSTANCE}/${deed}`;
        await fetch(url, { method: 'POST' }).catch(() => undefined);
      }
    },
  },
  { name: 'region', kill: async () => {} },
];
