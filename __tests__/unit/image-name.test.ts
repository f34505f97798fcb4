import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {fitImageName, IMAGE_NAME_RULE} from '../../src/text/image-name.ts';

/** What Gcore's Terraform provider takes as well. */
const STRICTEST_RULE = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$/;

/** Texts of every kind and length, many of them near what a name may be. */
const anyText = fc.oneof(
  fc.string({unit: 'binary', maxLength: 200}),
  fc.string({unit: fc.constantFrom(...'aZ09._-/+ é💾'), maxLength: 200}),
  fc.string({unit: fc.constantFrom(...'ab9.-'), minLength: 55, maxLength: 75}),
);

describe('the rule for names', () => {
  it.each(['abc', 'Ubuntu 24.04 GPU', 'a._', '0.0', 'a'.repeat(63)])('takes %j', (name) => {
    expect(name).toMatch(IMAGE_NAME_RULE);
  });

  it.each(['', 'ab', '-abc', ' abc', '.abc', 'abc-', 'abc ', 'a/b', 'größe', 'abc\n', 'a\nbc', 'a'.repeat(64)])(
    'refuses %j',
    (name) => {
      expect(name).not.toMatch(IMAGE_NAME_RULE);
    },
  );
});

describe('a fitted name', () => {
  it.each([
    ['gpu-images-v1.2.3', 'gpu-images-v1.2.3'],
    ['1.2.3', '1.2.3'],
    ['my_image-main', 'my_image-main'],
    ['gpu-images-feature/x', 'gpu-images-feature-x'],
    ['gpu-images-v1+meta', 'gpu-images-v1-meta'],
    ['gpu-images-42/merge', 'gpu-images-42-merge'],
    ['a  b', 'a-b'],
    ['größe', 'gr-e'],
    ['.github-main', 'github-main'],
    ['image-x/', 'image-x'],
    ['image_', 'image'],
    ['abc', 'abc'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('of %j is %j', (text, name) => {
    expect(fitImageName(text)).toBe(name);
  });

  it.each(['', 'ab', '--ab--', '///', '💾💾💾', 'ä'])('of %j is none', (text) => {
    expect(fitImageName(text)).toBeUndefined();
  });

  it('keeps long refs apart that differ only at their ends', () => {
    const ref = `gpu-images-${'a-very-long-branch/'.repeat(5)}`;
    const names = ['1', '2', '10', '/1', '+1', '-1'].map((end) => fitImageName(`${ref}${end}`));
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps the beginning of a long ref readable', () => {
    expect(fitImageName('a'.repeat(64))).toMatch(/^a{54}-[0-9a-f]{8}$/);
  });

  it('of a long ref is the same on every day', () => {
    expect(fitImageName('a'.repeat(64))).toBe(`${'a'.repeat(54)}-ffe054fe`);
  });

  it('has no two separators where the cut falls on one', () => {
    expect(fitImageName(`${'a'.repeat(53)}.-${'b'.repeat(30)}`)).toMatch(/^a{53}-[0-9a-f]{8}$/);
  });

  it('keeps to the rule of the API and of its strictest client, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = fitImageName(text) ?? 'none';
        expect(name).toMatch(IMAGE_NAME_RULE);
        expect(name).toMatch(STRICTEST_RULE);
      }),
    );
  });

  it('fits itself', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = fitImageName(text);
        fc.pre(name !== undefined);
        expect(fitImageName(name)).toBe(name);
      }),
    );
  });

  it('is given to every text that holds a letter or digit at either end and something between', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fitImageName(`a${text}z9`)).toBeDefined();
      }),
    );
  });
});
