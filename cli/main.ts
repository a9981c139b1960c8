// The galley command: runs what program.ts describes, and turns how it ended into an exit code.
import { CommanderError } from 'commander';
import { messageOf, PipelineError } from '../shared/errors.ts';
import { TarballRefused } from '../shared/tarball/rules.ts';
import { EXIT_CODES } from './describe.ts';
import { program } from './program.ts';

/** Wrong use; a build's own outcomes are 0, 2, 3 and 4 (describe.ts). */
const USAGE_EXIT = 64;
const FAILED_EXIT = 1;

// `galley builds shop | head`: a reader that has enough is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

function explain(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : USAGE_EXIT;
  const hint = hintOf(thrown);
  if (program.opts().json === true) {
    const reason = thrown instanceof PipelineError ? thrown.reason : undefined;
    console.log(JSON.stringify({ error: messageOf(thrown), reason, hint }));
  }
  console.error(`galley: ${messageOf(thrown)}${hint === undefined ? '' : `\n  ${hint}`}`);
  return thrown instanceof TarballRefused ? EXIT_CODES.user : FAILED_EXIT;
}

function hintOf(thrown: unknown): string | undefined {
  const hint = thrown instanceof PipelineError ? thrown.hint : undefined;
  if (hint !== undefined || !messageOf(thrown).includes('ECONNREFUSED 127.0.0.1')) return hint;
  return 'Nothing answers there: is the local region up? `galley up` starts it.';
}

await program.parseAsync().catch((thrown: unknown) => {
  process.exitCode = explain(thrown);
});
