import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lazyRequires } from '../../tools/sdk-diet/lazy-requires.ts';

const test = suite('lazy requires');

/** Runs rewritten CommonJS, and tells what it required, and when. */
function run(source: string, { isBarrel = false } = {}) {
  const required: string[] = [];
  const load = (id: string): unknown => {
    required.push(id);
    return { Foo: class Foo {}, value: id, default: { value: `default of ${id}` }, __esModule: true };
  };
  const exports: Record<string, unknown> = {};
  const importDefault = 'var __importDefault = (mod) => mod.__esModule ? mod : { default: mod };';
  const importStar = 'var __importStar = (mod) => mod;';
  new Function('exports', 'require', `${importDefault}${importStar}${lazyRequires(source, { isBarrel })}`)(
    exports,
    load,
  );
  return { exports, required };
}

test('a module is loaded at its first use, once', () => {
  const { exports, required } = run(
    `const x_1 = require("./x");\nexports.get = () => x_1.value + x_1.value;`,
  );
  assert.equal(required, []);
  assert.is((exports.get as () => string)(), './x./x');
  assert.equal(required, ['./x']);
});

test('a default import and a constructor are as they were', () => {
  const { exports } = run(
    `const y_1 = __importDefault(require("./y"));\nconst x_1 = require("./x");\nexports.get = () => [y_1.default.value, new x_1.Foo() instanceof x_1.Foo];`,
  );
  assert.equal((exports.get as () => unknown)(), ['default of ./y', true]);
});

test('a base class is loaded where it is extended', () => {
  const { exports, required } = run(
    `const x_1 = require("./x");\nclass Bar extends x_1.Foo {}\nexports.Bar = Bar;`,
  );
  assert.equal(required, ['./x']);
  assert.type(exports.Bar, 'function');
});

for (const [what, source] of [
  ['is used by itself', `const x_1 = require("./x");\nexports.all = x_1;`],
  ['may be a local variable too', `const error = require("./x");\nexports.get = (error) => error.message;`],
  ['is for its effect', `require("./x");`],
] as const) {
  test(`a module that ${what} is loaded at once`, () => {
    assert.equal(run(source).required, ['./x']);
  });
}

test('a barrel loads what is asked of it', () => {
  const { exports, required } = run(
    `exports.Foo = exports.all = void 0;\nconst all = __importStar(require("./all"));\nexports.all = all;\nconst x = __importStar(require("./x"));\nexports.Foo = x.Foo;`,
    { isBarrel: true },
  );
  assert.equal(required, []);
  assert.equal(Object.keys(exports).sort(), ['Foo', 'all']);
  assert.type(exports.Foo, 'function');
  assert.equal(required, ['./x']);
});

test.run();
