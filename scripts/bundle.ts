/**
 * Bundles each entry point of the compiled sources into `dist/<action>/`, with the licences of all bundled packages.
 *
 * Run by `npm run build`, after the compiler. ncc's own `--license` misses the modules that webpack merges into
 * one scope, so the list is made from the bundle's statistics.
 */
import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {minifySync} from '@swc/core';

const ACTIONS = ['upload', 'post', 'wait', 'promote', 'prune'];
/** Licences that only require that their text is included. Any other needs a decision. */
const ACCEPTED_LICENCES = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']);

/** The compiled sources find packages here before those of the repository. */
const COPIES = join('build', 'node_modules');

interface BundledModule {
  readonly name?: string;
  /** Not part of any file: it is unused, or merged into another module, which lists it. */
  readonly orphan?: boolean;
  readonly modules?: readonly BundledModule[];
}

const scratch = mkdtempSync(join(tmpdir(), 'bundle-'));
try {
  copyToolkit('@actions/core');
  for (const action of ACTIONS) bundle(action);
} finally {
  rmSync(scratch, {recursive: true});
  rmSync(COPIES, {recursive: true, force: true});
}

/**
 * The toolkit's modules do nothing when they are loaded, but its metadata does not say so. With a copy that says so, the bundler leaves
 * out unused modules: a client for identity tokens, with undici, and code that runs programs. docs/performance.md has the effect.
 */
function copyToolkit(name: string): void {
  cpSync(join('node_modules', name), join(COPIES, name), {recursive: true});
  const file = join(COPIES, name, 'package.json');
  writeFileSync(file, JSON.stringify({...JSON.parse(readFileSync(file, 'utf8')), sideEffects: false}));
}

function bundle(action: string): void {
  // Built in a temporary folder and then moved: a test that runs at the same time finds either the old or the new bundle.
  const made = join(scratch, action);
  const statsFile = join(scratch, `${action}.json`);
  const ncc = join('node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  const args = ['build', join('build', `${action}.js`), '--out', made, '--no-cache', '--stats-out', statsFile];
  execFileSync(process.execPath, [ncc, ...args], {stdio: ['ignore', 'ignore', 'inherit']});
  for (const file of readdirSync(made).filter((name) => name.endsWith('.js'))) minify(join(made, file));
  const stats: BundledModule = JSON.parse(readFileSync(statsFile, 'utf8'));
  const bundled = (stats.modules ?? []).filter(({orphan}) => !orphan);
  const packages = [...new Set(bundled.flatMap(namesOf).flatMap(packageFolderOf))].sort();
  writeFileSync(join(made, 'licenses.txt'), packages.map(licenceOf).join('\n'));
  const out = join('dist', action);
  rmSync(out, {recursive: true, force: true});
  cpSync(made, out, {recursive: true});
}

/** ncc's own `--minify` keeps exports that nobody imports. Function names stay, for stack traces in the log. */
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

/** The folder of a module's package, at any depth: `node_modules/@scope/name`. */
function packageFolderOf(moduleName: string): readonly string[] {
  const [folder] = /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(moduleName) ?? [];
  return folder === undefined ? [] : [folder];
}

function licenceOf(folder: string): string {
  const {name, version, license} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!ACCEPTED_LICENCES.has(license))
    throw new Error(`${name}@${version} has the licence ${license}, which is not in ACCEPTED_LICENCES`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name}@${version} has no file with the text of its licence`);
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  return `${name}@${version} (${license})\n\n${text}\n`;
}
