import './one-realm.ts';
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import {casesOf, type Group, MATRIX, matrixTables} from './matrix.ts';

const groups = Object.keys(MATRIX) as readonly Group[];
/** A signature for S3 needs the time of day; an age in prune is the smaller of those by two clocks. */
const MAY_READ_THE_CLOCK = ['storage/server-clock.ts', 'actions/prune/prune.ts'];
const sources = readdirSync('src', {recursive: true, encoding: 'utf8'})
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !MAY_READ_THE_CLOCK.includes(name));

describe('the matrix of faults', () => {
  it.each(groups)('calls no two cases the same: %s', (group) => {
    const titles = casesOf(group).map(({title}) => title);

    expect(new Set(titles).size).toBe(titles.length);
  });

  it('is what docs/reliability.md shows', () => {
    // If this fails: `node scripts/reliability.ts --write`.
    expect(readFileSync('docs/reliability.md', 'utf8')).toContain(matrixTables());
  });
});

it.each(sources)('no clock that can be set wrong decides anything in src/%s', (name) => {
  expect(readFileSync(`src/${name}`, 'utf8')).not.toMatch(/Date\.now|new Date\(\)|timeOrigin/);
});
