/**
 * Compares the built actions with the alternatives, and prints one table.
 *
 *   npm run bench                        everything; takes some minutes
 *   npm run bench -- --quick             only what does not depend on the machine; exits with 1 if an aim is missed
 *   npm run bench -- --write             puts the table into docs/performance.md
 *   npm run bench -- --staging           only the upload of a file to S3
 *   npm run bench -- --checksum          only reading a URL for its checksum
 *   npm run bench -- --checksum-100gb    only reading a generated file of 100 GB for its checksum; takes some minutes; also with --write
 *   npm run bench -- --actions <folder>  start to first request of other actions: a folder of their checkouts; also with --write
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {bundleRows} from './bundles.ts';
import {checksumRows} from './checksum.ts';
import {hugeFileRow} from './checksum-100gb.ts';
import {actionsTable} from './other-actions.ts';
import {memoryRow, regionsRow} from './regions.ts';
import {openPeers} from './sdks.ts';
import {stagingRows} from './staging.ts';
import {startupRows} from './startup.ts';
import {type Row, tableOf} from './table.ts';
import {waitRows} from './waits.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);
async function quickRows(): Promise<readonly Row[]> {
  const {rows, single} = await waitRows({draws: {known: 20, unknown: 5}, peers: [], missing: []});
  return [...rows, await regionsRow(single), ...bundleRows()];
}

async function allRows(): Promise<readonly Row[]> {
  const startup = await startupRows();
  const {peers, missing} = openPeers();
  try {
    const {rows, single} = await waitRows({draws: {known: 20, unknown: 20}, peers, missing});
    return [
      ...startup,
      ...rows,
      await regionsRow(single),
      await memoryRow(),
      ...(await stagingRows()),
      ...(await checksumRows()),
      ...bundleRows(),
    ];
  } finally {
    for (const peer of peers) peer.close();
  }
}

function rowsAskedFor(): Promise<readonly Row[]> {
  if (values.quick) return quickRows();
  if (values.checksum) return checksumRows();
  if (values['checksum-100gb']) return hugeFileRow().then((row) => [row]);
  return values.staging ? stagingRows() : allRows();
}

const {values} = parseArgs({
  options: {
    quick: {type: 'boolean', default: false},
    staging: {type: 'boolean', default: false},
    checksum: {type: 'boolean', default: false},
    'checksum-100gb': {type: 'boolean', default: false},
    write: {type: 'boolean', default: false},
    actions: {type: 'string'},
  },
});
if (values.actions !== undefined) publish('actions', await actionsTable(values.actions));
else {
  const rows = await rowsAskedFor();
  publish(values['checksum-100gb'] ? 'checksum-100gb' : 'bench', tableOf(rows));
  const broken = rows.filter(({holds}) => holds === false);
  for (const {what} of broken) console.error(`Aim missed: ${what}`);
  if (broken.length > 0) process.exitCode = 1;
}

/** Prints a table, and with --write puts it between its marks on the page. */
function publish(mark: string, table: string): void {
  console.log(table);
  if (!values.write || values.staging || values.checksum) return;
  const [before, , after] = readFileSync(PAGE, 'utf8').split(`<!-- ${mark} -->\n`);
  writeFileSync(PAGE, [before, `${table}\n`, after].join(`<!-- ${mark} -->\n`));
}
