// Which files go up: tables for the three kinds of rules, and Git itself as the judge of .gitignore.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listSource } from '../../../shared/tarball/listing.ts';

const test = suite('ignore rules');

interface Case {
  readonly what: string;
  /** Rule files by path. */
  readonly rules: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  /** Of `files`, what stays out. */
  readonly out: readonly string[];
}

const git: Case[] = [
  { what: 'no rules', rules: {}, files: ['a', '.env', 'b/c'], out: [] },
  {
    what: '.git at any depth',
    rules: {},
    files: ['.git/config', 'sub/.git/config', '.gitattributes', 'a'],
    out: ['.git/config', 'sub/.git/config'],
  },
  {
    what: 'names, directories, anchors',
    rules: { '.gitignore': '*.log\nnode_modules/\n/dist\n' },
    files: ['a.log', 'b/c.log', 'node_modules/x', 'b/node_modules/y', 'dist/z', 'b/dist/z'],
    out: ['a.log', 'b/c.log', 'node_modules/x', 'b/node_modules/y', 'dist/z'],
  },
  {
    what: 'an exception',
    rules: { '.gitignore': '*.log\n!keep.log\n' },
    files: ['a.log', 'keep.log', 'b/keep.log'],
    out: ['a.log'],
  },
  {
    what: 'no exception below a directory that is out',
    rules: { '.gitignore': 'out\n!out/keep\n' },
    files: ['out/keep'],
    out: ['out/keep'],
  },
  {
    what: 'upper case is another name',
    rules: { '.gitignore': 'build\n' },
    files: ['Build/a', 'build/b'],
    out: ['build/b'],
  },
  {
    what: 'nested files, the nearest wins',
    rules: { '.gitignore': '*.txt\n', 'b/.gitignore': '!*.txt\nc/\n' },
    files: ['a.txt', 'b/a.txt', 'b/c/d', 'c/d', 'b/e/a.txt'],
    out: ['a.txt', 'b/c/d'],
  },
  {
    what: 'an anchor in a nested file',
    rules: { 'b/.gitignore': '/x\n' },
    files: ['x', 'b/x', 'b/b/x'],
    out: ['b/x'],
  },
  {
    what: 'stars and sets',
    rules: { '.gitignore': 'a/**/z\n[xy].js\nq?.c\n' },
    files: ['a/z', 'a/b/c/z', 'x.js', 'z.js', 'q1.c', 'q12.c'],
    out: ['a/z', 'a/b/c/z', 'x.js', 'q1.c'],
  },
  {
    what: 'comments and blanks',
    rules: { '.gitignore': '# a\n\n\\#b\nc \n' },
    files: ['a', '#b', 'c'],
    out: ['#b', 'c'],
  },
];

const others: Case[] = [
  {
    what: '.galleyignore beats both',
    rules: { '.galleyignore': 'a\n', '.dockerignore': 'b\n', '.gitignore': 'c\n' },
    files: ['a', 'b', 'c'],
    out: ['a'],
  },
  {
    what: '.galleyignore may leave out anything',
    rules: { '.galleyignore': 'k8s\nDockerfile\n' },
    files: ['k8s/a.yaml', 'Dockerfile', 'b'],
    out: ['k8s/a.yaml', 'Dockerfile'],
  },
  {
    what: '.dockerignore beats .gitignore',
    rules: { '.dockerignore': 'b\n', '.gitignore': 'c\n' },
    files: ['b', 'c'],
    out: ['b'],
  },
  {
    what: '.dockerignore rules are anchored',
    rules: { '.dockerignore': '*.md\nnode_modules\n' },
    files: ['a.md', 'b/a.md', 'node_modules/x', 'b/node_modules/x'],
    out: ['a.md', 'node_modules/x'],
  },
  {
    what: '.dockerignore with **',
    rules: { '.dockerignore': '**/*.md\n!docs/*.md\n' },
    files: ['a.md', 'b/c/a.md', 'docs/a.md'],
    out: ['a.md', 'b/c/a.md'],
  },
  {
    what: '.dockerignore: everything but',
    rules: { '.dockerignore': '*\n!src\n!package.json\n' },
    files: ['src/a/b', 'package.json', 'other/x', 'node_modules/src/y'],
    out: ['other/x', 'node_modules/src/y'],
  },
  {
    what: '.dockerignore: an exception below',
    rules: { '.dockerignore': 'out\n!out/keep/me\n' },
    files: ['out/a', 'out/keep/me', 'out/keep/you'],
    out: ['out/a', 'out/keep/you'],
  },
  {
    what: '.dockerignore never takes what Galley needs',
    rules: { '.dockerignore': '*\n' },
    files: ['Dockerfile', 'k8s/a.yaml', 'x', 'y/z'],
    out: ['x', 'y/z'],
  },
  {
    what: '.dockerignore and what galley.yaml names',
    rules: {
      '.dockerignore': '**\n',
      'galley.yaml': 'build: {dockerfile: ops/Dockerfile}\nmanifests: [ops/m]\n',
    },
    files: ['ops/Dockerfile', 'ops/m/a.yaml', 'ops/x', 'k8s/a'],
    out: ['ops/x', 'k8s/a'],
  },
  {
    what: '.dockerignore and case',
    rules: { '.dockerignore': 'readme\n' },
    files: ['README', 'sub/readme'],
    out: [],
  },
];

for (const one of [...git, ...others])
  test(one.what, () =>
    inDirectory(one, (root) => {
      const listed = new Set(listSource(root).items.map(({ path }) => path));
      assert.equal(one.files.filter((file) => !listed.has(file)).sort(), [...one.out].sort());
    }),
  );

for (const one of git.filter(({ files }) => !files.some((file) => file.includes('.git/')))) {
  test(`Git says so too: ${one.what}`, () =>
    inDirectory(one, (root) => {
      execFileSync('git', ['init', '-q', root]);
      const listed = execFileSync('git', [
        '-C',
        root,
        '-c',
        'core.excludesFile=/dev/null',
        'ls-files',
        '-z',
        '--others',
        '--exclude-standard',
      ]);
      const names = new Set(listed.toString().split('\0'));
      assert.equal(one.files.filter((file) => !names.has(file)).sort(), [...one.out].sort());
    }));
}

test('counts what is left out; a directory that is not looked into counts once', () => {
  const rules = { '.gitignore': 'node_modules\n*.log\n' };
  const files = ['a.log', 'b/c.log', 'node_modules/a', 'node_modules/b/c', 'd'];
  inDirectory({ what: '', rules, files, out: [] }, (root) => {
    const { leftOut, ignoreFile } = listSource(root);
    assert.is(leftOut.length, 3);
    assert.is(ignoreFile, '.gitignore');
  });
});

function inDirectory({ rules, files }: Case, work: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'galley-ignore-'));
  try {
    for (const [file, text] of [...Object.entries(rules), ...files.map((name) => [name, ''] as const)]) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test.run();
