/**
 * Plays every cell of the matrix of faults and prints the table of what came of it.
 *
 *   node scripts/reliability.ts            prints it
 *   node scripts/reliability.ts --write    puts it into docs/reliability.md
 *
 * The cells are those that the tests assert (`__tests__/faults`): what the table says is what was just seen.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {compoundTable, matrixTable} from '../__tests__/faults/matrix.ts';

const DOCUMENT = 'docs/reliability.md';

const tables = `${await matrixTable()}\n\n### Several at once\n\n${await compoundTable()}`;
if (process.argv.includes('--write')) writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), tables));
else console.log(tables);

function withTables(document: string, text: string): string {
  const marked = /(<!-- table: begin.*-->\n)[\s\S]*(<!-- table: end -->)/;
  if (!marked.test(document)) throw new Error(`${DOCUMENT} has no place for the table`);
  return document.replace(marked, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
