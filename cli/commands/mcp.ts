// galley mcp: the original's tools layer over the Model Context Protocol, on stdio.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';
import { PipelineError } from '../../shared/errors.ts';
import { chooseBuild } from '../choose.ts';
import type { Context } from '../context.ts';
import { sentence, toJson } from '../describe.ts';
import { openDesk } from '../desk.ts';
import { createTerminal } from '../terminal.ts';
import { version } from '../version.ts';
import { uploadSource } from './push.ts';
import { statusOf } from './status.ts';

/** A model reads the end of a log; all of it would fill its window. */
const LOG_LINES = 200;

interface Answer {
  [key: string]: unknown;
  readonly content: { type: 'text'; text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

/** Serves until stdin closes. stdout belongs to the protocol: nothing else may print there. */
export async function mcp(context: Context): Promise<number> {
  const server = createServer(context);
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
  });
  process.stdin.once('end', () => void server.close());
  await server.connect(transport);
  await closed;
  return 0;
}

function createServer(context: Context): McpServer {
  const server = new McpServer({ name: 'galley', version: version() });
  const desk = openDesk(context);
  const app = z.string().describe('Name of the app: lower-case letters, digits, inner hyphens');
  server.registerTool(
    'build_and_deploy',
    {
      description:
        'Pack a source directory (or take a ready image), build it and deploy it. Returns the build id at once; ask app_status for the outcome.',
      inputSchema: {
        app,
        directory: z.string().default('.').describe('Directory with a Dockerfile'),
        image: z.string().optional().describe('Deploy this image; nothing is built'),
      },
    },
    ({ app: name, directory, image }) =>
      answering(async () => {
        const options = image === undefined ? {} : { image };
        const terminal = createTerminal({ isJson: true });
        const { id } = await uploadSource({ directory, app: name, options, context, terminal });
        return { text: `Build ${id} of ${name} is on its way.`, data: { app: name, build: id } };
      }),
  );
  server.registerTool(
    'app_status',
    {
      description: 'Where an app stands: its newest build, what is deployed, and its endpoint.',
      inputSchema: { app },
    },
    ({ app: name }) =>
      answering(async () => {
        const { newest, ...rest } = await statusOf(name, desk);
        const said =
          newest === undefined
            ? `${name} has no builds.`
            : `${newest.state}: ${sentence(newest, new Date())}`;
        return { text: said, data: { ...rest, newest: newest === undefined ? null : toJson(newest) } };
      }),
  );
  server.registerTool(
    'build_logs',
    {
      description: `The last ${LOG_LINES} lines that a build printed.`,
      inputSchema: { app, build: z.string().optional().describe('Default: the newest') },
    },
    ({ app: name, build: id }) =>
      answering(async () => {
        const build = await chooseBuild(desk, { app: name, id });
        const texts = await Promise.all((await desk.chunks(build)).map((chunk) => desk.readChunk(chunk)));
        const lines = texts.join('').trimEnd().split('\n').slice(-LOG_LINES);
        return { text: lines.join('\n'), data: { app: name, build: build.id, lines } };
      }),
  );
  return server;
}

/** An error is an answer too: the model is told what to do about it. */
async function answering(
  work: () => Promise<{ text: string; data: Record<string, unknown> }>,
): Promise<Answer> {
  try {
    const { text, data } = await work();
    return { content: [{ type: 'text', text: `${text}\n${JSON.stringify(data)}` }], structuredContent: data };
  } catch (thrown) {
    const hint = thrown instanceof PipelineError && thrown.hint !== undefined ? `\n${thrown.hint}` : '';
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { content: [{ type: 'text', text: `${message}${hint}` }], isError: true };
  }
}
