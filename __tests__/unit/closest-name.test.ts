import {describe, expect, it} from '@jest/globals';
import {closestNames, looksAlike} from '../../src/text/closest-name.ts';

const NAMES = ['Luxembourg-2', 'Luxembourg-3', 'Manassas', 'Querétaro', 'Chicago'];

describe('the names that were probably meant', () => {
  it.each([
    ['another case', 'manassas', ['Manassas']],
    ['accents of their own (NFD)', 'Querétaro'.normalize('NFD'), ['Querétaro']],
    ['a no-break hyphen', 'Luxembourg\u20112', ['Luxembourg-2']],
    ['a no-break space at its end', 'Chicago\u00a0', ['Chicago']],
    ['a zero-width space', 'Chi\u200bcago', ['Chicago']],
    ['two letters', 'Manasass', ['Manassas']],
    ['no accent', 'Queretaro', ['Querétaro']],
    ['no hyphen', 'Luxembourg 2', ['Luxembourg-2']],
    ['one letter from two', 'Luxembourg-1', ['Luxembourg-2', 'Luxembourg-3']],
    ['three letters', 'Mansas-9x', []],
  ])('of a text with %s', (_, text, expected) => {
    expect(closestNames(text, NAMES)).toEqual(expected);
  });

  it.each([
    ['qa', ['ci']],
    ['dev', ['web']],
    ['', ['a']],
    ['!', ['ab']],
  ])('of %j are not %j: in a short text two letters are too many', (text, names) => {
    expect(closestNames(text, names)).toEqual([]);
  });

  it('look alike if only case, form and dashes differ', () => {
    expect(looksAlike('LUXEMBOURG\u20122', 'Luxembourg-2')).toBe(true);
    expect(looksAlike('Luxembourg-1', 'Luxembourg-2')).toBe(false);
  });
});
