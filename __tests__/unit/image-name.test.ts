import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {fitImageName, IMAGE_NAME_RULE, suggestImageName} from '../../src/text/image-name.ts';
import {anyCharacter} from '../fixtures/any-text.ts';

/** What Gcore's Terraform provider takes as well. */
const STRICTEST_RULE = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$/;

/** Texts of every kind and length, many of them near what a name may be. */
const anyText = fc.oneof(
  fc.string({unit: anyCharacter, maxLength: 200}),
  fc.string({unit: fc.constantFrom(...'aZ09._-/+ é💾'), maxLength: 200}),
  fc.string({unit: fc.constantFrom(...'ab9.-'), minLength: 55, maxLength: 75}),
);

describe('the rule for names', () => {
  it.each(['abc', 'Ubuntu 24.04 GPU', 'a._', '0.0', 'a'.repeat(63)])('accepts %j', (name) => {
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
    ['gpu-images-nightly-20260101', 'gpu-images-nightly-20260101'],
    ['Feature-X', 'Feature-X'],
    ['abc', 'abc'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('of %j is %j', (text, name) => {
    expect(fitImageName(text)).toBe(name);
  });

  it.each([
    ['gpu-images-feature/x', 'gpu-images-feature-x'],
    ['gpu-images-v1+meta', 'gpu-images-v1-meta'],
    ['gpu-images-42/merge', 'gpu-images-42-merge'],
    ['a  b', 'a-b'],
    ['größe', 'gr-e'],
    ['gpu-images-日本', 'gpu-images'],
    ['.github-main', 'github-main'],
    ['image-x/', 'image-x'],
    ['image_', 'image'],
    ['image-0123abcd', 'image-0123abcd'],
  ])('of %j, which loses characters or may be mistaken for such a name, is %j and a hash', (text, beginning) => {
    expect(fitImageName(text)?.slice(0, -9)).toBe(beginning);
    expect(fitImageName(text)?.slice(-9)).toMatch(/^-(?=.*[a-f])[0-9a-f]{8}$/);
  });

  it.each([
    ['feature/x', 'feature-x', 'feature+x', 'feature//x', 'feature-x-'],
    ['v1.0+cu124', 'v1.0-cu124', 'v1.0_cu124'],
    ['日本', '中国', 'größe', 'gro\u0308ße', '💾'],
    ['Main', 'main', 'MAIN', '.main', 'main.', '-main'],
  ])('differs for each of %j, %j and similar refs', (...refs) => {
    const names = refs.map((ref) => fitImageName(`gpu-images-${ref}`));
    expect(new Set(names).size).toBe(refs.length);
  });

  it('is never the same for two texts, even if one looks like the name of the other', () => {
    const near = fc.string({unit: fc.constantFrom(...'aA9.-_/+ é💾'), minLength: 0, maxLength: 8});
    fc.assert(
      fc.property(near, near, (one, other) => {
        fc.pre(one !== other);
        const [name, otherName] = [fitImageName(`gpu-${one}`), fitImageName(`gpu-${other}`)];
        expect(name).toBeDefined();
        expect(name).not.toBe(otherName);
        expect(fitImageName(name ?? '') === name).toBe(name === `gpu-${one}`);
      }),
      {numRuns: 2000},
    );
  });

  it.each(['', 'ab', '--ab--', '///', '💾💾💾', 'ä'])('of %j is undefined', (text) => {
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

  it('has no two adjacent separators after the cut', () => {
    expect(fitImageName(`${'a'.repeat(53)}.-${'b'.repeat(30)}`)).toMatch(/^a{53}-[0-9a-f]{8}$/);
  });

  it('follows the rules of the API and of its strictest client, for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = fitImageName(text) ?? 'none';
        expect(name).toMatch(IMAGE_NAME_RULE);
        expect(name).toMatch(STRICTEST_RULE);
      }),
    );
  });

  it('exists for every text with a letter or digit at both ends and a character between', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fitImageName(`a${text}z9`)).toBeDefined();
      }),
    );
  });
});

describe('a suggested name', () => {
  it.each([
    ['feature/x', 'feature-x'],
    ['größe', 'gr-e'],
    ['a'.repeat(64), 'a'.repeat(63)],
    ['///', undefined],
    ['ab', undefined],
  ])('for %j is %j', (text, name) => {
    expect(suggestImageName(text)).toBe(name);
  });

  it('follows the rule, for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(suggestImageName(text) ?? 'none').toMatch(STRICTEST_RULE);
      }),
    );
  });
});
