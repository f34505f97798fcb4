/**
 * Prints the tables of the fault matrix. `__tests__/faults` tests every row.
 *
 *   node scripts/reliability.ts            prints them
 *   node scripts/reliability.ts --write    puts them into docs/reliability.md
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {matrixTables} from '../__tests__/faults/matrix.ts';

const DOCUMENT = 'docs/reliability.md';

if (process.argv.includes('--write'))
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), matrixTables()));
else console.log(matrixTables());

function withTables(document: string, text: string): string {
  const marked = /(<!-- table: begin.*-->\n)[\s\S]*(<!-- table: end -->)/;
  if (!marked.test(document)) throw new Error(`${DOCUMENT} has no place for the tables`);
  return document.replace(marked, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
