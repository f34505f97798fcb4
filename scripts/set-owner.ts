/**
 * Replaces the placeholder for the repository's account in all files, also in `dist/`, and removes the sentences that explain the
 * placeholder:
 *
 *     npm run set-owner octo-org
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** GitHub's rule for account names. */
const ACCOUNT_RULE = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;
/** A sentence that explains the placeholder: a separate paragraph, or a comment. */
const EXPLANATION = /^(?:# )?`?OWNER`? stands for .*\n(?:\n)?/gm;

/** The text with the account in place of the placeholder. */
export function setOwner(text: string, account: string): string {
  return text
    .replace(EXPLANATION, '')
    .replaceAll('OWNER/upload-gcore-gpu-image', `${account}/upload-gcore-gpu-image`)
    .replaceAll('@OWNER', `@${account}`);
}

/** The files in git, except this one and its test, as paths from the root. */
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
