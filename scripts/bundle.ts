/**
 * Bundles each entry point of the built sources into `dist/<action>/`, with the licences of all that went into it.
 *
 * Run by `npm run build`, after the compiler. ncc's own `--license` lists only modules that webpack keeps apart and misses the many
 * that it merges into one scope, so the list is made from the bundle's statistics instead.
 */
import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const ACTIONS = ['upload', 'wait', 'prune'];
/** Licences that ask for no more than their own text. Another one is a decision for people. */
const ACCEPTED_LICENCES = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']);

interface BundledModule {
  readonly name?: string;
  readonly modules?: readonly BundledModule[];
}

const scratch = mkdtempSync(join(tmpdir(), 'bundle-'));
try {
  for (const action of ACTIONS) bundle(action);
} finally {
  rmSync(scratch, {recursive: true});
}

function bundle(action: string): void {
  // Made elsewhere and put in place when it is whole: a test that runs meanwhile finds the old one or the new one.
  const made = join(scratch, action);
  const statsFile = join(scratch, `${action}.json`);
  const ncc = join('node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  const args = [
    'build',
    join('build', `${action}.js`),
    '--out',
    made,
    '--minify',
    '--no-cache',
    '--stats-out',
    statsFile,
  ];
  execFileSync(process.execPath, [ncc, ...args], {stdio: ['ignore', 'ignore', 'inherit']});
  const stats: BundledModule = JSON.parse(readFileSync(statsFile, 'utf8'));
  const packages = [...new Set(namesOf(stats).flatMap(packageFolderOf))].sort();
  writeFileSync(join(made, 'licenses.txt'), packages.map(licenceOf).join('\n'));
  const out = join('dist', action);
  rmSync(out, {recursive: true, force: true});
  cpSync(made, out, {recursive: true});
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
