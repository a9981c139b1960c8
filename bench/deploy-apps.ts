// The apps whose deploys are measured: one of a single file, and one that is compiled, as most are.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { webApp } from '../test/helpers/tarballs.ts';
import { BUILD_FLAGS } from './raw-podman.ts';

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));
/** Named as a base image on Docker Hub is: podman asks there for a newer one, as it does for any. */
const COMPILER = 'docker.io/library/galley-bench-compiler:1';
/** A service of 30,000 lines. */
const SOURCES = 300;
const ITEMS = 16;

export interface BenchApp {
  /** The app's name; its sources answer any request with `text`. */
  readonly name: string;
  readonly about: string;
  files(text: string): Readonly<Record<string, string>>;
}

export const ONE_FILE: BenchApp = { name: 'single', about: 'one file', files: webApp };

export const COMPILED: BenchApp = {
  name: 'compiled',
  about: `${SOURCES} TypeScript files of 100 lines, compiled in the build`,
  files: (text) => ({
    'galley.yaml': 'service: {type: LoadBalancer}\n',
    'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS, include: ['src'] }),
    Dockerfile: `FROM ${COMPILER} AS build
COPY tsconfig.json /app/
COPY src /app/src
RUN node /compiler/node_modules/typescript/bin/tsc -p /app
FROM node:24-slim
COPY --from=build /app/dist /app
USER 1000
EXPOSE 8080
CMD ["node", "/app/server.js"]
`,
    ...Object.fromEntries(indexes().map((index) => [`src/part${index}.ts`, part(index)])),
    'src/server.ts': server(text),
  }),
};

const OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  strict: true,
  outDir: 'dist',
  rootDir: 'src',
  rewriteRelativeImportExtensions: true,
  types: ['node'],
  typeRoots: ['/compiler/node_modules/@types'],
};

const indexes = (): number[] => Array.from({ length: SOURCES }, (_, index) => index);

function part(index: number): string {
  const items = Array.from({ length: ITEMS }, (_, item) => code(`${index}_${item}`, index));
  return `import type { IncomingMessage } from 'node:http';\n${items.join('')}`;
}

function code(name: string, id: number): string {
  return `export interface Item${name} { readonly id: number; readonly name: string; readonly tags: readonly string[] }
export type Patch${name} = Partial<Omit<Item${name}, 'id'>>;
export function patch${name}(item: Item${name}, patch: Patch${name}): Item${name} { return { ...item, ...patch }; }
export function from${name}({ url = '', headers }: IncomingMessage): Item${name} {
  return { id: ${id}, name: url, tags: Object.keys(headers) };
}
`;
}

function server(text: string): string {
  const imports = indexes().map(
    (index) => `import { from${index}_0, patch${index}_0 } from './part${index}.ts';`,
  );
  const calls = indexes().map((index) => `  patch${index}_0(from${index}_0(request), { name: '' });`);
  return `import { createServer } from 'node:http';
${imports.join('\n')}
createServer((request, reply) => {
${calls.join('\n')}
  reply.end(${JSON.stringify(text)});
}).listen(process.env.PORT ?? 8080);
process.on('SIGTERM', () => process.exit(0));
`;
}

/** The image that the compiled app is built on: node with the compiler. @returns what removes it */
export async function makeCompilerImage(): Promise<() => Promise<void>> {
  const context = mkdtempSync(join(tmpdir(), 'galley-bench-compiler-'));
  const packages = [
    'typescript',
    '@types/node',
    'undici-types',
    `@typescript/typescript-linux-${process.arch}`,
  ];
  try {
    for (const name of packages) {
      const target = join(context, 'node_modules', name);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(MODULES, name), target, { recursive: true });
    }
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM node:24-slim\nCOPY node_modules /compiler/node_modules\n',
    );
    await run('podman', ['build', ...BUILD_FLAGS, '--tag', COMPILER, context]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return async () => void (await run('podman', ['rmi', '--force', COMPILER]).catch(() => undefined));
}
