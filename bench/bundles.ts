/** The size of each action: its entry in `dist/`, minified, and the files that it loads only when they are needed. */
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {BOUNDS} from './bounds.ts';
import type {Row} from './table.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

export function bundleRows(): readonly Row[] {
  return readdirSync(DIST).map((action) => {
    const files = readdirSync(`${DIST}${action}`).filter((name) => name.endsWith('.js'));
    const sizeKib = (file: string) => statSync(`${DIST}${action}/${file}`).size / 1024;
    const licences = readFileSync(`${DIST}${action}/licenses.txt`, 'utf8').match(/^\S+@\d\S* \(.+\)$/gm) ?? [];
    return {
      what: `size of \`dist/${action}\``,
      ours: files.map((file) => `${file} ${Math.round(sizeKib(file))} KiB`).join('<br>'),
      others: `of ${licences.length} packages`,
      aim: `index.js at most ${BOUNDS.entryKib} KiB`,
      holds: sizeKib('index.js') <= BOUNDS.entryKib,
    };
  });
}
