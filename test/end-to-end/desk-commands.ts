// The commands of `galley` that change builds, at a test's desk: what they print is kept.
import { type ChangeOptions, cancel, retry, rollback } from '../../cli/commands/change.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { toolConfig } from '../../shared/config.ts';
import type { Pipeline } from './pipeline.ts';

export interface Said {
  /** The exit code. */
  readonly code: number;
  /** Lines of the answer. */
  readonly printed: readonly string[];
  /** States and progress while it was followed. */
  readonly noted: readonly string[];
}

type Which = { app: string; id: string | undefined };

export interface DeskCommands {
  cancel(which: Which): Promise<Said>;
  retry(which: Which): Promise<Said>;
  rollback(which: Which): Promise<Said>;
}

/** Every command follows its build to the end. */
export function deskCommands({ desk, region }: Pipeline): DeskCommands {
  const { namespace, sourceBucket, stateBucket, endpoint } = region.description;
  const environment = {
    GALLEY_REGION: region.region.name,
    GALLEY_BUCKET_NAMESPACE: namespace,
    GALLEY_BUCKET_NAME: sourceBucket,
    GALLEY_STATE_BUCKET_NAME: stateBucket,
    GALLEY_ENDPOINT: endpoint,
  };
  const context = { environment, config: toolConfig(environment) };
  const saying =
    (command: (which: Which, options: ChangeOptions) => Promise<number>) =>
    async (which: Which): Promise<Said> => {
      const { terminal, printed, noted } = listener();
      const code = await command(which, { desk, terminal, context, isFollowing: true });
      return { code, printed, noted };
    };
  return { cancel: saying(cancel), retry: saying(retry), rollback: saying(rollback) };
}

function listener(): { terminal: Terminal; printed: string[]; noted: string[] } {
  const printed: string[] = [];
  const noted: string[] = [];
  const follow = (text: string): void => void (noted.at(-1) === text || noted.push(text));
  const terminal: Terminal = {
    isJson: false,
    print: (line) => void printed.push(line),
    json: () => undefined,
    note: (line) => void noted.push(line),
    progress: follow,
    live: follow,
    endProgress: () => undefined,
  };
  return { terminal, printed, noted };
}
