import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, it} from '@jest/globals';

/** One file with one line, and the lint rule that it breaks; none if the line is allowed. */
const ROWS: readonly (readonly [file: string, line: string, rule?: string])[] = [
  ['src/wait.ts', "import './actions/wait/wait.ts';"],
  ['src/wait.ts', "import './runner/start.ts';"],
  ['src/wait.ts', "import './runner/log.ts';", 'noRestrictedImports'],
  ['src/wait.ts', "import './images/scopes.ts';", 'noRestrictedImports'],
  ['src/wait.ts', "import './gcore/client.ts';", 'noRestrictedImports'],

  ['src/actions/wait/a.ts', "import '../shared/a.ts';"],
  ['src/actions/wait/a.ts', "import '../../runner/log.ts';"],
  ['src/actions/wait/a.ts', "import '../../gcore/client.ts';"],
  ['src/actions/wait/a.ts', "import '../../text/inert.ts';"],
  ['src/actions/wait/a.ts', "import '../upload/a.ts';", 'noRestrictedImports'],
  ['src/actions/wait/a.ts', "import type {A} from '../prune/a.ts'; export type B = A;", 'noRestrictedImports'],
  ['src/actions/wait/a.ts', "import '../../actions/upload/a.ts';", 'noRestrictedImports'],
  ['src/actions/shared/a.ts', "import '../upload/a.ts';", 'noRestrictedImports'],
  ['src/actions/promote/a.ts', "import '../wait/a.ts';", 'noRestrictedImports'],
  ['src/actions/wait/a.ts', "import '@actions/core';", 'noRestrictedImports'],
  ['src/actions/wait/a.ts', "await import('@actions/github');", 'noRestrictedImports'],

  ['src/runner/a.ts', "import '@actions/core';"],
  ['src/runner/a.ts', "import '@actions/github';", 'noRestrictedImports'],
  ['src/runner/a.ts', "import '../actions/shared/a.ts';", 'noRestrictedImports'],
  ['src/runner/a.ts', "import type {A} from '../gcore/scope.ts'; export type B = A;", 'noRestrictedImports'],
  ['src/github/a.ts', "await import('@actions/github');"],
  ['src/github/a.ts', "import '@actions/core';", 'noRestrictedImports'],
  ['src/github/a.ts', "import '../runner/a.ts';", 'noRestrictedImports'],

  ['src/images/wait/a.ts', "import '../publish/a.ts';"],
  ['src/images/wait/a.ts', "import '../../gcore/client.ts';"],
  ['src/images/wait/a.ts', "import '../../waiting/poll.ts';"],
  ['src/images/a.ts', "import '../actions/shared/a.ts';", 'noRestrictedImports'],
  ['src/images/a.ts', "import '../preflight/a.ts';", 'noRestrictedImports'],
  ['src/images/wait/a.ts', "import '../../runner/a.ts';", 'noRestrictedImports'],
  ['src/images/a.ts', "import '@actions/core';", 'noRestrictedImports'],
  ['src/preflight/a.ts', "import '../images/a.ts';", 'noRestrictedImports'],
  ['src/preflight/a.ts', "import '../storage/a.ts';", 'noRestrictedImports'],
  ['src/storage/a.ts', "import '../github/a.ts';", 'noRestrictedImports'],

  ['src/gcore/a.ts', "import '../http/transport.ts';"],
  ['src/gcore/a.ts', "import '../images/a.ts';", 'noRestrictedImports'],
  ['src/gcore/a.ts', "import '../runner/a.ts';", 'noRestrictedImports'],
  ['src/http/a.ts', "import '@actions/http-client';"],
  ['src/http/a.ts', "import '../gcore/a.ts';", 'noRestrictedImports'],
  ['src/http/a.ts', "import '@actions/core';", 'noRestrictedImports'],
  ['src/waiting/a.ts', "import '../http/a.ts';", 'noRestrictedImports'],
  ['src/text/a.ts', "import '../images/a.ts';", 'noRestrictedImports'],
  ['src/errors.ts', "import './gcore/a.ts';", 'noRestrictedImports'],

  ['src/runner/environment.ts', 'process.env;'],
  ['src/runner/log.ts', 'process.env;', 'noProcessEnv'],
  ['src/actions/wait/a.ts', 'process.env;', 'noProcessEnv'],

  ['src/text/cycle.ts', "import type {B} from './cycle-back.ts'; export type A = B;", 'noImportCycles'],
];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = ['biome.json', 'package.json', '.gitignore'];
const scratch = mkdtempSync(join(tmpdir(), 'imports-'));
let broken: ReadonlyMap<string, readonly string[]> = new Map();

/** A name of its own for the file of a row, in the same folder; a file that stands alone in its row keeps its name. */
function fileOf(file: string, row: number): string {
  return /(a|wait)\.ts$/.test(file) ? file.replace(/\w+\.ts$/, `row-${row}.ts`) : file;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(scratch, file)), {recursive: true});
  writeFileSync(join(scratch, file), `${text}\n`);
}

/** All rows in one project, so that Biome runs once. */
beforeAll(async () => {
  for (const file of FILES) copyFileSync(join(ROOT, file), join(scratch, file));
  for (const [row, [file, line]] of ROWS.entries()) write(fileOf(file, row), line);
  write('src/text/cycle-back.ts', "import type {A} from './cycle.ts'; export type B = A;");
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  // Biome fails, since there are errors to report; the report is on stdout all the same.
  const {stdout} = await promisify(execFile)(
    process.execPath,
    [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
    {
      cwd: scratch,
      env: {},
    },
  ).catch((error: {stdout: string}) => error);
  const report: {diagnostics: {category: string; location: {path: string}}[]} = JSON.parse(stdout);
  const byFile = Map.groupBy(report.diagnostics, ({location}) => location.path.replaceAll('\\', '/'));
  broken = new Map(
    [...byFile].map(([file, found]) => [file, found.map(({category}) => category.split('/').at(-1) ?? '')]),
  );
});

afterAll(() => rmSync(scratch, {recursive: true}));

it.each(ROWS.map(([file, line, rule], row) => ({file, line, row, does: rule ? `breaks ${rule}` : 'is allowed', rule})))(
  'in $file, `$line` $does',
  ({file, row, rule}) => {
    expect(broken.get(fileOf(file, row)) ?? []).toEqual(rule === undefined ? [] : [rule]);
  },
);
