import './one-realm.ts';
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import {COLUMNS, cases, FAULTS, gaps, titleOf} from './matrix.ts';

const sources = readdirSync('src', {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'));

describe('the matrix of faults', () => {
  it('has every cell, and says why where there can be none', () => {
    const cells = FAULTS.flatMap((_, index) => Object.keys(COLUMNS).map((column) => `${index + 1}${column}`));
    const filled = new Set(cases.map(({row, column}) => `${row}${column}`));
    const empty = gaps.map(({row, column}) => `${row}${column}`);

    expect([...filled, ...empty].sort()).toEqual(cells.sort());
  });

  it('calls no two of its cases the same', () => {
    const titles = cases.map(titleOf);

    expect(new Set(titles).size).toBe(titles.length);
  });
});

it.each(sources)('no clock that can be set wrong decides anything in src/%s', (name) => {
  expect(readFileSync(`src/${name}`, 'utf8')).not.toMatch(/Date\.now|new Date\(\)|timeOrigin/);
});
