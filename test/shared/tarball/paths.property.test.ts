// Names and archives that nobody thought of.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, resolve } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { admit } from '../../../shared/tarball/admission.ts';
import { pack } from '../../../shared/tarball/pack.ts';
import { normalise } from '../../../shared/tarball/paths.ts';
import { TarballRefused } from '../../../shared/tarball/rules.ts';
import { unpack } from '../../../shared/tarball/unpack.ts';
import { DOCKERFILE, entry, pieces, tar } from './archives.ts';

const test = suite('tarball properties');

const part = fc.oneof(
  fc.constantFrom('.', '..', '', '...', '..a', 'a', 'B', '-', ' ', '\\', '%2e%2e', '~'),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const name = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));

test('a name is refused, or it is a tidy path that stays inside', () => {
  fc.assert(
    fc.property(name, (text) => {
      let path: string;
      try {
        path = normalise(text);
      } catch (error) {
        assert.instance(error, TarballRefused);
        return;
      }
      assert.not(path.startsWith('/') || path.endsWith('/') || path.includes('//'));
      assert.not(path.split('/').includes('..'));
      assert.ok(resolve('/root', path).startsWith('/root'));
      assert.is(path, path === '' ? '' : normalize(path));
      assert.is(path === '' ? '' : normalise(path), path);
    }),
    { numRuns: 2000 },
  );
});

test('any bytes are refused by a rule or admitted; never another error, never for ever', async () => {
  const mangled = fc.tuple(
    fc.array(fc.record({ name, type: fc.constantFrom('0', '1', '2', '5', 'x', 'g', 'L', 'K', '7', 'S') }), {
      maxLength: 5,
    }),
    fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 4 }),
    fc.nat(4000),
  );
  await fc.assert(
    fc.asyncProperty(mangled, async ([parts, flips, cut]) => {
      const entries = parts.map((raw) =>
        entry({ ...raw, link: 'Dockerfile', content: raw.type === '0' ? 'x' : '' }),
      );
      const bytes = tar(DOCKERFILE, ...entries);
      for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
      const whole = cut < bytes.length && cut % 3 === 0 ? bytes.subarray(0, cut) : bytes;
      await admit(pieces(whole, 700), { app: 'a' }).catch((error) => assert.instance(error, TarballRefused));
    }),
    { numRuns: 400 },
  );
});

const fileName = fc
  .array(
    fc.stringMatching(/^[a-z0-9äß _.-]{1,12}$/).filter((text) => !/^\.|\.$/.test(text)),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('/'));
const source = fc.dictionary(fileName, fc.uint8Array({ maxLength: 2000 }), { maxKeys: 12 });

test('pack, admit and unpack give back the same files', async () => {
  await fc.assert(
    fc.asyncProperty(source, async (files) => {
      const work = mkdtempSync(join(tmpdir(), 'galley-property-'));
      try {
        const [from, to] = [join(work, 'from'), join(work, 'to')];
        mkdirSync(to);
        const written = write(from, { ...files, 'Dockerfile.x': new Uint8Array() });
        const { root } = await unpack(pack(from).stream, { app: 'a', image: 'nginx', directory: to });
        // A source of a single directory is unwrapped; this one has a file beside it.
        assert.is(root, to);
        for (const [file, content] of Object.entries(written)) {
          assert.ok(readFileSync(join(to, file)).equals(content), file);
        }
        assert.is(count(to), Object.keys(written).length);
      } finally {
        rmSync(work, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});

/** Writes what can be written: of a file and a directory of one name, the first. */
function write(root: string, files: Record<string, Uint8Array>): Record<string, Uint8Array> {
  const written: Record<string, Uint8Array> = {};
  for (const [file, content] of Object.entries(files)) {
    try {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), content, { flag: 'wx' });
      written[file] = content;
    } catch {
      // There is a file where this one needs a directory, or the other way round.
    }
  }
  return written;
}

function count(root: string): number {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((one) =>
    statSync(join(root, one)).isFile(),
  ).length;
}

test.run();
