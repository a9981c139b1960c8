// Rewrites the generated CommonJS of the OCI SDK: `const x_1 = require(…)` loads at the first use of `x_1`.

const REQUIRE =
  /^const (\w+) = ((?:__importStar|__importDefault)\(require\("[^"]+"\)\)|require\("[^"]+"\));$/gm;
/** Names that can only be modules: local variables never end in `_1`. In a barrel, which has no functions, all are. */
const MODULE_NAME = /_\d+$|^(common|model|Breaker|uuid|promise|httpSignature)$/;

/** @param isBarrel the file only re-exports: its exports become getters */
export function lazyRequires(source: string, { isBarrel }: { isBarrel: boolean }): string {
  let text = source;
  for (const [line, name = '', load = ''] of source.matchAll(REQUIRE)) {
    const isModule = isBarrel || MODULE_NAME.test(name);
    if (!isModule || !isOnlyReadFrom(text.replace(line, ''), { name, isBarrel })) continue;
    text = lazily(text, { line, name, load, isBarrel });
  }
  return text;
}

/** Every use is `name.…`; in a barrel, also `exports.name = name`. Anything else is left alone. */
function isOnlyReadFrom(text: string, { name, isBarrel }: { name: string; isBarrel: boolean }): boolean {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const rest = code
    .replace(new RegExp(`(?<![\\w.$"'])${name}\\.`, 'g'), '')
    .replace(isBarrel ? new RegExp(`^exports\\.\\w+ = ${name};$`, 'gm') : /(?!)/, '')
    .replace(new RegExp(`exports\\.${name}\\b|"${name}"`, 'g'), '');
  return !new RegExp(`(?<![\\w.$/-])${name}(?![\\w$/-])`).test(rest);
}

function lazily(
  text: string,
  { line, name, load, isBarrel }: { line: string; name: string; load: string; isBarrel: boolean },
): string {
  const declared = text.replace(
    line,
    `let ${name}$loaded; function ${name}$() { return ${name}$loaded ??= ${load}; }`,
  );
  const exported = isBarrel
    ? declared.replace(
        new RegExp(`^exports\\.(\\w+) = ${name}((?:\\.\\w+)?);$`, 'gm'),
        `Object.defineProperty(exports, "$1", { enumerable: true, get: () => ${name}$$()$2 });`,
      )
    : declared;
  return exported
    .replace(new RegExp(`\\bnew ${name}\\.`, 'g'), `new (${name}$$()).`)
    .replace(new RegExp(`(?<![\\w.$"'])${name}\\.`, 'g'), `${name}$$().`);
}
