// The `func.js` of a function's image. Its code lies in scripts, each a table of parts (CommonJS bodies by name), each
// with V8's compiled code beside it if there is any. Node's own compile cache is taken before anything has run and
// lacks the inner functions (facts §20).
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';

type Part = (exports: unknown, require: (id: string) => unknown, module: { exports: unknown }) => void;

const nodeRequire = createRequire(`${__dirname}/`);
const scripts = new Map<string, Script>();
const parts = new Map<string, Part>();
const modules = new Map<string, { exports: unknown }>();

function load(name: string): unknown {
  const loaded = modules.get(name);
  if (loaded !== undefined) return loaded.exports;
  // What is not in a script that is here already has a script of its own.
  if (!parts.has(name)) read(name);
  const module = { exports: {} as unknown };
  modules.set(name, module);
  const require = (id: string): unknown => (id.startsWith('./') ? load(id.slice(2)) : nodeRequire(id));
  parts.get(name)?.(module.exports, require, module);
  return module.exports;
}

function read(name: string): void {
  const filename = `${__dirname}/${name}`;
  const cachedData = cacheOf(filename);
  // The bundler writes ASCII; latin1 is the string V8 needs no conversion for.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  scripts.set(name, script);
  const table = script.runInThisContext() as Record<string, Part>;
  for (const [part, body] of Object.entries(table)) parts.set(part, body);
}

/** Rejected by V8, and then of no effect, when another Node made it. */
function cacheOf(filename: string): Buffer | undefined {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}

// tools/packaging/warm-up.ts asks for this once the function has answered: by then what it runs is compiled.
if (process.env.GALLEY_WARM_UP === 'true') {
  process.on('SIGUSR2', () => {
    for (const [name, script] of scripts) {
      writeFileSync(`${__dirname}/${name}.cache`, script.createCachedData());
    }
    process.exit(0);
  });
}

load('main.js');
