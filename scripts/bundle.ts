/**
 * Bundles each entry point of the built sources into `dist/<action>/`, with the licences of all that went into it.
 *
 * Run by `npm run build`, after the compiler. ncc's own `--license` lists only modules that webpack keeps apart and misses the many
 * that it merges into one scope, so the list is made from the bundle's statistics instead.
 */
import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {minifySync} from '@swc/core';

const ACTIONS = ['upload', 'wait', 'prune'];
/** Licences that ask for no more than their own text. Another one is a decision for people. */
const ACCEPTED_LICENCES = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']);

/**
 * Modules of packages that are imported but never run, and what stands in for each: nothing, so that a call would fail at once. To load
 * them takes time in every step: docs/performance.md.
 */
const NEVER_RUN: Readonly<Record<string, string>> = {
  // Tokens of GitHub's identity provider, for which it brings an HTTP client.
  '@actions/core/lib/oidc-utils.js': 'export const OidcClient = undefined;',
  // What system this is, for which it brings what it takes to run programs.
  '@actions/core/lib/platform.js': 'export {};',
};
/** Copies of the packages without these: the compiled sources find them before those of the repository. */
const LIGHTER_PACKAGES = join('build', 'node_modules');

interface BundledModule {
  readonly name?: string;
  readonly modules?: readonly BundledModule[];
}

const scratch = mkdtempSync(join(tmpdir(), 'bundle-'));
try {
  for (const [module, standIn] of Object.entries(NEVER_RUN)) leaveOut(module, standIn);
  for (const action of ACTIONS) bundle(action);
} finally {
  rmSync(scratch, {recursive: true});
  rmSync(LIGHTER_PACKAGES, {recursive: true, force: true});
}

function leaveOut(module: string, standIn: string): void {
  const [folder = ''] = packageFolderOf(join('node_modules', module));
  const copy = join('build', folder);
  if (!existsSync(copy)) cpSync(folder, copy, {recursive: true});
  const file = join(LIGHTER_PACKAGES, module);
  if (!existsSync(file)) throw new Error(`${module} is not there any more: is what it did still never run?`);
  writeFileSync(file, standIn);
}

function bundle(action: string): void {
  // Made elsewhere and put in place when it is whole: a test that runs meanwhile finds the old one or the new one.
  const made = join(scratch, action);
  const statsFile = join(scratch, `${action}.json`);
  const ncc = join('node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  const args = ['build', join('build', `${action}.js`), '--out', made, '--no-cache', '--stats-out', statsFile];
  execFileSync(process.execPath, [ncc, ...args], {stdio: ['ignore', 'ignore', 'inherit']});
  for (const file of readdirSync(made).filter((name) => name.endsWith('.js'))) minify(join(made, file));
  const stats: BundledModule = JSON.parse(readFileSync(statsFile, 'utf8'));
  const packages = [...new Set(namesOf(stats).flatMap(packageFolderOf))].sort();
  writeFileSync(join(made, 'licenses.txt'), packages.map(licenceOf).join('\n'));
  const out = join('dist', action);
  rmSync(out, {recursive: true, force: true});
  cpSync(made, out, {recursive: true});
}

/** ncc's own `--minify` only shortens: it keeps all of what a package exports and nobody calls. Names stay, for the stacks in the log. */
function minify(file: string): void {
  const {code} = minifySync(readFileSync(file, 'utf8'), {
    module: true,
    compress: {passes: 2},
    mangle: {keep_classnames: true, keep_fnames: true},
    format: {comments: false},
  });
  writeFileSync(file, code);
}

function namesOf(module: BundledModule): readonly string[] {
  return [module.name ?? '', ...(module.modules ?? []).flatMap(namesOf)];
}

/** The folder of the package that a module is from: `node_modules/@scope/name`, however deep that lies. */
function packageFolderOf(moduleName: string): readonly string[] {
  const [folder] = /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(moduleName) ?? [];
  return folder === undefined ? [] : [folder];
}

function licenceOf(folder: string): string {
  const {name, version, license} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!ACCEPTED_LICENCES.has(license))
    throw new Error(`${name}@${version} has the licence ${license}, which nobody accepted yet`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name}@${version} comes without the text of its licence`);
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  return `${name}@${version} (${license})\n\n${text}\n`;
}
