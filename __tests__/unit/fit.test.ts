import {expect, it} from '@jest/globals';
import {fitLines, lengthOfLines} from '../../src/text/fit.ts';

const say = (rest: number) => `${rest} more`;

it('keeps lines that fit as they are', () => {
  expect(fitLines(['aa', 'bb'], 6, say)).toEqual(['aa', 'bb']);
});

it('says how many lines do not fit, and fits with that line', () => {
  const lines = ['aaaa', 'bbbb', 'cccc', 'dddd'];
  expect(fitLines(lines, 19, say)).toEqual(['aaaa', 'bbbb', '2 more']);
  expect(lengthOfLines(fitLines(lines, 19, say))).toBeLessThanOrEqual(19);
});
