import './one-realm.ts';
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import {casesOf, type Group, MATRIX, matrixTables} from './matrix.ts';

const groups = Object.keys(MATRIX) as readonly Group[];
const sources = readdirSync('src', {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'));

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
