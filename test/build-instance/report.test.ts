import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLines } from '../../build-instance/lines.ts';
import { createReport } from '../../build-instance/report.ts';
import { Secret } from '../../shared/secret.ts';

const test = suite('report');

interface Written {
  readonly number: number;
  readonly text: string;
}

function reporting(options: { attempt?: number; flushMs?: number; fails?: number } = {}) {
  const written: Written[] = [];
  const troubles: string[] = [];
  let fails = options.fails ?? 0;
  const report = createReport({
    ports: {
      writeLog: async (_key, number, text) => {
        fails -= 1;
        if (fails >= 0) throw new Error('503');
        written.push({ number, text });
      },
    },
    key: { app: 'shop', id: 'x' },
    attempt: options.attempt ?? 1,
    onTrouble: (message) => troubles.push(message),
    flushMs: options.flushMs ?? 60_000,
  });
  return { report, written, troubles };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await sleep(5);
  }
}

test('lines become chunks, numbered within their attempt', async () => {
  for (const [attempt, first] of [
    [1, 1],
    [2, 100_001],
    [9, 800_001],
  ] as const) {
    const { report, written } = reporting({ attempt });
    report.line('one');
    report.line('two ü');
    await report.close();
    assert.equal(written, [{ number: first, text: 'one\ntwo ü\n' }]);
  }
});

test('a chunk goes out while the build runs; nothing new, no chunk', async () => {
  const { report, written } = reporting({ flushMs: 5 });
  report.line('one');
  await until(() => written.length === 1);
  report.line('two');
  await until(() => written.length === 2);
  await sleep(30);
  await report.close();
  assert.equal(
    written.map(({ number, text }) => `${number} ${text}`),
    ['1 one\n', '2 two\n'],
  );
});

test('no chunk is over 256 KiB, and no line is torn', async () => {
  const { report, written } = reporting();
  const lines = Array.from({ length: 900 }, (_, index) => `${index} ${'ü'.repeat(500)}`);
  for (const line of lines) report.line(line);
  await report.close();
  assert.ok(written.length > 3);
  for (const { text } of written) assert.ok(Buffer.byteLength(text) <= 256 * 1024);
  assert.is(written.map(({ text }) => text).join(''), `${lines.join('\n')}\n`);
  assert.equal(
    written.map(({ number }) => number),
    written.map((_, index) => index + 1),
  );
});

test('a chunk that could not be written is written later, under the same number', async () => {
  const { report, written, troubles } = reporting({ flushMs: 5, fails: 2 });
  report.line('one');
  await until(() => written.length === 1);
  await report.close();
  assert.equal(written, [{ number: 1, text: 'one\n' }]);
  assert.equal(troubles, Array(2).fill('could not write log chunk 1: 503'));
});

test('secrets are not shown, neither plain nor as an auth file holds them', async () => {
  const { report, written } = reporting();
  const token = 'abcdef$^.*123';
  report.hide(new Secret(token), 'BEARER_TOKEN');
  report.line(`password ${token}!`);
  report.line(Buffer.from(`BEARER_TOKEN:${token}`).toString('base64'));
  await report.close();
  assert.is(written[0]?.text, 'password [secret]!\n[secret]\n');
  assert.equal(report.tail(), ['password [secret]!', '[secret]']);
  assert.is(report.shown(`x ${token}`), 'x [secret]');
});

test('the tail is the last 40 lines', async () => {
  const { report } = reporting();
  for (let index = 0; index < 50; index += 1) report.line(String(index));
  await report.close();
  assert.is(report.tail().length, 40);
  assert.is(report.tail()[39], '49');
});

test('a log without end is cut, and says so', async () => {
  const { report, written } = reporting();
  const line = 'x'.repeat(1024 * 1024);
  for (let index = 0; index < 70; index += 1) report.line(line);
  await report.close();
  assert.ok(written.length <= 65);
  assert.match(written.at(-1)?.text ?? '', /The log is over 67108864 bytes; the rest is dropped\.\n$/);
});

test('lines as a terminal would show them', () => {
  const table: [chunks: string[], lines: string[]][] = [
    [
      ['one\ntw', 'o\n'],
      ['one', 'two'],
    ],
    [['a\r\nb\r\n'], ['a', 'b']],
    [['1%\r50%\r100%\n'], ['100%']],
    [['\u001b[1;31mred\u001b[0m\n'], ['red']],
    [['no end'], ['no end']],
    [['\n\n'], ['', '']],
    [['x'.repeat(20_000)], ['x'.repeat(8192), 'x'.repeat(8192), 'x'.repeat(3616)]],
  ];
  for (const [chunks, lines] of table) {
    const found: string[] = [];
    const splitter = createLines((line) => found.push(line));
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    splitter.end();
    assert.equal(found, lines);
  }
  const found: string[] = [];
  const splitter = createLines((line) => found.push(line));
  for (const byte of Buffer.from('grün\n')) splitter.push(Buffer.from([byte]));
  assert.equal(found, ['grün']);
});

test.run();
