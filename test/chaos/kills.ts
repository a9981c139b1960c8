// What can be killed: everything that runs while an upload is on its way.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../simulation/random.ts';
import { killForGood, marksOf, type Process, processesWith } from './processes.ts';

export interface Place {
  readonly directory: string;
  readonly endpoint: string;
}

export interface Kill {
  readonly name: string;
  /** Is there something at work that can be killed? */
  sees(place: Place): boolean;
  /** Kills it. @returns what was killed, or undefined when nothing of the kind ran any more */
  strike(place: Place): Promise<string | undefined>;
}

const STATE = new URL('../../local/default.tfstate.json', import.meta.url);
const [INSTANCE] = JSON.parse(
  readFileSync(STATE, 'utf8'),
).outputs.galley_environment.value.GALLEY_BUILD_INSTANCE_ID.split(',');

const LOOK_MS = 150;
/** How long after a victim was seen it is struck: most are at work for a second or two. */
const STRIKE_MS = 600;

/** Waits for a victim, and kills it at a random moment. @returns what was killed; undefined when told to stop */
export async function hunt(
  kill: Kill,
  { place, random, signal }: { place: Place; random: Random; signal: AbortSignal },
): Promise<string | undefined> {
  while (!signal.aborted) {
    if (kill.sees(place)) {
      await sleep(random.below(STRIKE_MS));
      const killed = await kill.strike(place);
      if (killed !== undefined) return killed;
    }
    await sleep(LOOK_MS);
  }
  return undefined;
}

/** kill -9 to the processes that fit. */
function aProcess(name: string, { find }: { find: (place: Place) => readonly Process[] }): Kill {
  const awake = (place: Place): Process[] => find(place).filter(({ isAsleep }) => !isAsleep);
  return {
    name,
    sees: (place) => awake(place).length > 0,
    strike: async (place) => {
      const victims = awake(place);
      await Promise.all(victims.map(killForGood));
      const [first] = victims;
      if (first === undefined) return undefined;
      return first.container === undefined ? name : `${name} in a container`;
    },
  };
}

/** The function's own process, at work: in a container, its first one. A frozen one has nothing to lose. */
function aFunction(name: string): Kill {
  return aProcess(name, {
    find: ({ directory, endpoint }) =>
      processesWith([...marksOf(directory), `GALLEY_ENDPOINT=${endpoint}\0`], /func\.js/).filter(
        ({ environment }) => environment.includes(`FN_FN_NAME=${name}\0`),
      ),
  });
}

function aProgram(name: string, command: RegExp): Kill {
  return aProcess(name, { find: ({ directory }) => processesWith([directory], command) });
}

/** The agent dies with what it runs, and is started again at once, knowing nothing. */
const agent: Kill = {
  name: 'agent',
  sees: () => true,
  strike: async ({ endpoint }) => {
    try {
      for (const deed of ['kill-agent', 'start']) {
        await fetch(`${endpoint}/_galley/instances/${INSTANCE}/${deed}`, { method: 'POST' });
      }
      return 'agent';
    } catch {
      return undefined; // The region itself is down just now.
    }
  },
};

/** Struck by whoever started it. */
export const REGION = 'region';

export const KILLS: readonly Kill[] = [
  aFunction('upload-trigger'),
  aFunction('poll-build'),
  aFunction('apply'),
  aProgram('galley-build', /galley-build\.mjs/),
  aProgram('registry', /docker-registry/),
  agent,
  { name: REGION, sees: () => true, strike: async () => REGION },
];
