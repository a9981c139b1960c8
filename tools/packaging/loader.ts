// The `func.js` of a function's image: loads the bundle's parts, each with V8's compiled code beside it if there is any.
// Node's own compile cache is taken before anything has run and lacks the inner functions (facts §20).
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';

interface Part {
  readonly script: Script;
  readonly module: { exports: unknown };
}
type Body = (exports: unknown, require: (id: string) => unknown, module: { exports: unknown }) => void;

const nodeRequire = createRequire(`${__dirname}/`);
const parts = new Map<string, Part>();

function load(name: string): unknown {
  const loaded = parts.get(name);
  if (loaded !== undefined) return loaded.module.exports;
  const filename = `${__dirname}/${name}`;
  // The bundler writes ASCII; latin1 is the string V8 needs no conversion for.
  const source = `(function (exports, require, module) {${readFileSync(filename, 'latin1')}\n})`;
  const cachedData = cacheOf(filename);
  const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} as unknown };
  parts.set(name, { script, module });
  const body = script.runInThisContext() as Body;
  body(module.exports, (id) => (id.startsWith('./') ? load(id.slice(2)) : nodeRequire(id)), module);
  return module.exports;
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
    for (const [name, { script }] of parts) {
      writeFileSync(`${__dirname}/${name}.cache`, script.createCachedData());
    }
    process.exit(0);
  });
}

load('main.js');
