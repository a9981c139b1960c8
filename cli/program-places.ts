// The words of the commands that are about the pipeline itself: a local region, a deployment, and the tools layer.
import { type Command, Option } from 'commander';
import { LEFT_OUT } from '../local/cluster/stand-in/left-out.ts';
import { clusterKind, wholeNumber } from './arguments.ts';
import type { Context } from './context.ts';
import type { Terminal } from './terminal.ts';

const HIGHEST_PORT = 65_535;
const DAY_SECONDS = 86_400;

export interface Words {
  readonly program: Command;
  readonly example: (command: Command, text: string) => Command;
  readonly terminal: () => Terminal;
  readonly context: () => Context;
  readonly finish: (code: number | Promise<number>) => Promise<void>;
}

export function addPlaces(words: Words): void {
  addUp(words);
  addUse(words);
  addDoctor(words);
  addMcp(words);
}

function addUp({ program, example, terminal, finish }: Words): void {
  const up = program
    .command('up')
    .description('a region of OCI on this machine with the pipeline in it, until Ctrl-C')
    .option('--cluster <which>', 'auto, real, stand-in or kubeconfig=PATH', clusterKind, 'auto')
    .option('--reset', 'throw away the state of earlier runs')
    .option('--port <number>', 'port of all services; 0: any free one', wholeNumber(0, HIGHEST_PORT), 0)
    .addOption(
      new Option('--functions <how>', 'what the functions run in')
        .choices(['auto', 'containers', 'processes'])
        .default('auto'),
    )
    .option('--clock <seconds>', 'how often the alarm fires', wholeNumber(1, DAY_SECONDS), 60)
    .option('--state <file>', 'Terraform state the region is a twin of (default: that of deploy/)')
    .action(async (options) => finish((await import('./commands/up.ts')).up(options, terminal())));
  const leftOut = LEFT_OUT.join('\n  ');
  example(up, 'galley up --cluster stand-in').addHelpText(
    'after',
    `\nThe stand-in cluster leaves out:\n  ${leftOut}`,
  );
}

function addUse({ program, example, terminal, finish }: Words): void {
  example(
    program
      .command('use')
      .description('take endpoint, buckets and ids from a deployment')
      .requiredOption('--terraform <directory>', 'where deploy/ was applied')
      .option('--profile <name>', 'profile of the OCI config file')
      .action(async (options) => finish((await import('./commands/use.ts')).use(options, terminal()))),
    'galley use --terraform deploy',
  );
}

function addDoctor({ program, example, terminal, context, finish }: Words): void {
  example(
    program
      .command('doctor')
      .description('look at every grant, rule, plugin and path the pipeline needs; name what is missing')
      .action(async () =>
        finish((await import('./commands/doctor.ts')).doctor({ context: context(), terminal: terminal() })),
      ),
    'galley doctor',
  );
}

function addMcp({ program, example, context, finish }: Words): void {
  example(
    program
      .command('mcp')
      .description(
        'the tools build_and_deploy, app_status and build_logs over the Model Context Protocol (stdio)',
      )
      .action(async () => finish((await import('./commands/mcp.ts')).mcp(context()))),
    'claude mcp add galley -- galley mcp',
  );
}
