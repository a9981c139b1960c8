// The words of the galley command: each command's options, help and example. What they do is in commands/.
import completions from '@bomb.sh/tab/commander';
import { Command, Option } from 'commander';
import { wholeNumber } from './arguments.ts';
import { loadContext } from './context.ts';
import { openDesk } from './desk.ts';
import { addPlaces } from './program-places.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

export const program = new Command('galley')
  .description('PUT one tarball of source into a bucket; it is built, pushed and rolled out on OKE.')
  .option('--json', 'answer in JSON on stdout')
  .version(version())
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 deployed or done, 1 failed, 2 the upload is at fault, 3 the platform is, 4 called off, 64 wrong use.\nExample:\n  galley push examples/hello --follow',
  );

const terminal = (): Terminal => createTerminal({ isJson: program.opts().json === true });
const context = () => loadContext(process.cwd(), process.env);
const tools = () => {
  const known = context();
  return { desk: openDesk(known), terminal: terminal(), context: known };
};
const example = (command: Command, text: string): Command =>
  command.addHelpText('after', `\nExample:\n  ${text}`);
const follow = () => new Option('-f, --follow', 'follow it to the end; the exit code is the build’s');

example(
  program
    .command('push [directory]')
    .description('pack a directory and upload it; the build goes on without you, or is followed with -f')
    .option('-a, --app <name>', 'default: the name of the directory')
    .option('--image <reference>', 'deploy this image; nothing is built')
    .option('--list', 'print what would be packed and left out, and upload nothing')
    .addOption(follow())
    .action(async (directory = '.', options) =>
      finish(
        (await import('./commands/push.ts')).push(directory, { options, context, terminal: terminal() }),
      ),
    ),
  'galley push . --app shop --follow',
);

example(
  program
    .command('status [app]')
    .description('where everything is: newest build, place in the queue and why, what is deployed')
    .action(async (app) => finish((await import('./commands/status.ts')).status(app, tools()))),
  'galley status shop',
);

example(
  program
    .command('builds <app>')
    .description('an app’s builds, newest first')
    .option('-n, --limit <number>', 'at most so many', wholeNumber(1, 1000), 20)
    .action(async (app, { limit }) =>
      finish((await import('./commands/status.ts')).builds(app, { ...tools(), limit })),
    ),
  'galley builds shop -n 5',
);

example(
  program
    .command('logs <app> [build]')
    .description('what the build printed; the newest build when none is named')
    .addOption(follow())
    .action(async (app, id, { follow: isFollowing = false }) =>
      finish((await import('./commands/logs.ts')).logs({ app, id }, { ...tools(), isFollowing })),
    ),
  'galley logs shop -f',
);

for (const [name, description] of [
  ['cancel', 'stop a build: a queued one never starts, a running one is killed'],
  ['retry', 'build the same bytes once more, as a new build'],
  ['rollback', 'deploy an earlier build’s image and manifests, as a new build'],
] as const) {
  example(
    program
      .command(`${name} <app> [build]`)
      .description(description)
      .addOption(follow())
      .action(async (app, id, { follow: isFollowing = false }) =>
        finish((await import('./commands/change.ts'))[name]({ app, id }, { ...tools(), isFollowing })),
      ),
    `galley ${name} shop`,
  );
}

example(
  program
    .command('plan [directory]')
    .description('what would be applied: the difference, what is pruned; changes nothing')
    .option('-a, --app <name>', 'default: the name of the directory')
    .option('--image <reference>', 'as if this image had been built')
    .action(async (directory = '.', options) =>
      finish(
        (await import('./commands/plan.ts')).plan(directory, {
          options,
          context: context(),
          terminal: terminal(),
        }),
      ),
    ),
  'galley plan .',
);

addPlaces({ program, example, terminal, context, finish });
completions(program, { completionCommandName: 'completion' });
for (const command of program.commands)
  if (command.name() === 'completion') example(command, 'source <(galley completion bash)');

async function finish(code: number | Promise<number>): Promise<void> {
  process.exitCode = await code;
}
