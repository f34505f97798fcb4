/**
 * Puts the account that the repository lives under into every place that needs it, `dist/` included, and takes away the sentences that
 * explain the placeholder:
 *
 *     npm run set-owner octo-org
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** GitHub's rule for the name of an account. */
const ACCOUNT_RULE = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;
/** Explains the placeholder. A paragraph of its own, or a comment. */
const EXPLANATION = /^(?:# )?`?OWNER`? stands for .*\n(?:\n)?/gm;

/** The text with the account in place of the placeholder. */
export function setOwner(text: string, account: string): string {
  return text
    .replace(EXPLANATION, '')
    .replaceAll('OWNER/upload-gcore-gpu-image', `${account}/upload-gcore-gpu-image`)
    .replaceAll('@OWNER', `@${account}`);
}

/** The files that git knows, without this one and its test, as paths from the root. */
export function filesOf(root: string): readonly string[] {
  const own = /(?:^|\/)set-owner(?:\.test)?\.ts$/;
  return execFileSync('git', ['ls-files', '-z'], {cwd: root, encoding: 'utf8'})
    .split('\0')
    .filter((file) => file !== '' && !own.test(file) && !/\.png$/.test(file));
}

function main(account = ''): void {
  if (!ACCOUNT_RULE.test(account)) {
    throw new Error(`"${account}" is not the name of an account on GitHub: npm run set-owner octo-org`);
  }
  const root = join(import.meta.dirname, '..');
  const changed = filesOf(root).filter((file) => {
    const before = readFileSync(join(root, file), 'utf8');
    const after = setOwner(before, account);
    if (after === before) return false;
    writeFileSync(join(root, file), after);
    return true;
  });
  console.log(changed.length === 0 ? 'No file has the placeholder any more.' : `Changed:\n${changed.join('\n')}`);
}

if (process.argv[1] === import.meta.filename) main(process.argv[2]);
