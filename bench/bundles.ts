/** What each action weighs: all the JavaScript of its folder in `dist/`, minified. */
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {BOUNDS} from './bounds.ts';
import type {Row} from './table.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

export function bundleRows(): readonly Row[] {
  return readdirSync(DIST).map((action) => {
    const files = readdirSync(`${DIST}${action}`).filter((name) => name.endsWith('.js'));
    const sizesKib = files.map((file) => statSync(`${DIST}${action}/${file}`).size / 1024);
    const licences = readFileSync(`${DIST}${action}/licenses.txt`, 'utf8').match(/^\S+@\d\S* \(.+\)$/gm) ?? [];
    return {
      what: `size of \`dist/${action}\``,
      ours: files.map((file, index) => `${file} ${Math.round(sizesKib[index] ?? 0)} KiB`).join('<br>'),
      others: `of ${licences.length} packages`,
      aim: `at most ${BOUNDS.bundleKib} KiB`,
      holds: sizesKib.reduce((sum, size) => sum + size, 0) <= BOUNDS.bundleKib,
    };
  });
}
