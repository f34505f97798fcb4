import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {parseNameGlob} from '../../src/text/name-glob.ts';

describe('a pattern of names', () => {
  it.each([
    ['gpu-*', ['gpu-', 'gpu-a', 'gpu-a b', 'gpu-..', 'gpu-a/b'], ['gpu', 'a gpu-a', 'Gpu-a', '']],
    ['*', ['gpu', '.hidden', 'a b', 'a/b'], ['']],
    ['gpu-v?.?', ['gpu-v1.2', 'gpu-v1..'], ['gpu-v1.10', 'gpu-v1']],
    ['gpu-[0-9]*', ['gpu-1', 'gpu-12'], ['gpu-a']],
    ['gpu-[!0-9]', ['gpu-a', 'gpu-!'], ['gpu-1']],
    ['gpu-[^0-9]', ['gpu-a'], ['gpu-1']],
    ['gpu-{a,b-*}', ['gpu-a', 'gpu-b-1'], ['gpu-b', 'gpu-c']],
    ['gpu.a', ['gpu.a'], ['gpu-a', 'gpuxa']],
    ['My image 1', ['My image 1'], ['My image 12', 'my image 1']],
  ])('%j fits what it says', (text, fitting, others) => {
    const glob = parseNameGlob(text);
    expect(fitting.filter((name) => glob?.matches(name) !== true)).toEqual([]);
    expect(others.filter((name) => glob?.matches(name) !== false)).toEqual([]);
  });

  it.each([
    '',
    '!gpu-*',
    '^a',
    'a|b',
    '(a)',
    '!(a)',
    '+(a)',
    '@(a)',
    'a\\*',
    'a/b',
    'gpu-[a',
    'gpu-a]',
    'gpu-{a',
    '[]',
    '[!]',
    'a\nb',
    'ä*',
    '*a*b*c*d*',
    'a'.repeat(256),
  ])('is not %j', (text) => {
    expect(parseNameGlob(text)).toBeUndefined();
  });

  it('without wildcards fits that name alone', () => {
    const anyName = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9 ._-]{1,20}[a-zA-Z0-9._]$/);
    fc.assert(
      fc.property(anyName, anyName, (name, other) => {
        expect(parseNameGlob(name)?.matches(name)).toBe(true);
        expect(parseNameGlob(name)?.matches(other)).toBe(name === other);
      }),
    );
  });

  it('is read in no time, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a*?{},[\]!.-]{0,60}$/), (text) => {
        const startedAtMs = performance.now();
        parseNameGlob(text)?.matches('a'.repeat(63));
        expect(performance.now() - startedAtMs).toBeLessThan(500);
      }),
    );
    const startedAtMs = performance.now();
    expect(parseNameGlob('*a*a*a*ab')?.matches('a'.repeat(63))).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(500);
  });
});
