import {afterEach, describe, expect, it, jest} from '@jest/globals';
import fc from 'fast-check';
import {parseNameGlob} from '../../src/text/name-glob.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a pattern of names', () => {
  it.each([
    ['gpu-*', ['gpu-', 'gpu-a', 'gpu-a b', 'gpu-..', 'gpu-a/b'], ['gpu', 'a gpu-a', 'Gpu-a', '']],
    ['*', ['gpu', '.hidden', 'a b', 'a/b', ''], []],
    ['gpu-v?.?', ['gpu-v1.2', 'gpu-v1..'], ['gpu-v1.10', 'gpu-v1']],
    ['gpu-[0-9]*', ['gpu-1', 'gpu-12'], ['gpu-a']],
    ['gpu-[!0-9]', ['gpu-a', 'gpu-!'], ['gpu-1']],
    ['gpu-[^0-9]', ['gpu-a'], ['gpu-1']],
    ['gpu-{a,b-*}', ['gpu-a', 'gpu-b-1'], ['gpu-b', 'gpu-c']],
    ['gpu.a', ['gpu.a'], ['gpu-a', 'gpuxa']],
    ['gpu-{a{1,2},b{,-{x,y}}}', ['gpu-a1', 'gpu-a2', 'gpu-b', 'gpu-b-y'], ['gpu-a', 'gpu-b-', 'gpu-{a1}']],
    ['*-{x86_64,aarch64}.qcow2', ['a-x86_64.qcow2', '-aarch64.qcow2'], ['a-riscv.qcow2', 'a-x86_64.qcow2.sha256']],
    ['[a-cx-z_.-]', ['b', 'y', '_', '.', '-'], ['d', 'w', 'ab', '']],
    ['*a*b*c*d*e*', ['abcde', 'xaxbxcxdxex'], ['abcd', 'edcba']],
    ['**', ['', 'a'], []],
    ['a,b', ['a,b'], ['a', 'b']],
    ['trainer+cu124@*~1=#%&;:$\'"<>`^!.img', ['trainer+cu124@x~1=#%&;:$\'"<>`^!.img'], ['trainercu124@x~1.img']],
    ['größe-?-[ä-ü]', ['größe-💾-ö'], ['größe-💾💾-ö']],
    ['My image 1', ['My image 1'], ['My image 12', 'my image 1']],
  ])('%j matches the right names', (text, fitting, others) => {
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
    'gpu-a}',
    '{a}',
    '{1..3}',
    'gpu-{[a,b]',
    '[c-a]',
    '[[:alpha:]]',
    'a\nb',
    'a\u200bb',
    'a'.repeat(256),
  ])('is not %j', (text) => {
    expect(parseNameGlob(text)).toBeUndefined();
  });

  it('without wildcards matches only that name', () => {
    const anyName = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9 ._-]{1,20}[a-zA-Z0-9._]$/);
    fc.assert(
      fc.property(anyName, anyName, (name, other) => {
        expect(parseNameGlob(name)?.matches(name)).toBe(true);
        expect(parseNameGlob(name)?.matches(other)).toBe(name === other);
      }),
    );
  });

  it('is matched in at most as many steps as its length times the length of the name', () => {
    const anyPattern = fc.oneof(
      fc.stringMatching(/^[a*?{},[\]!.-]{0,60}$/),
      fc.constantFrom(
        '{?,??}'.repeat(36),
        '{*,*}'.repeat(36),
        '*a'.repeat(100),
        `${'{a,'.repeat(60)}b${'}'.repeat(60)}`,
      ),
      fc.constantFrom(`{${'a,'.repeat(120)}a}`, '{,a}'.repeat(60), '{{*,?},{?,*}}*'.repeat(18), '*'.repeat(255)),
    );
    fc.assert(
      fc.property(anyPattern, fc.constantFrom('a'.repeat(63), `${'a'.repeat(254)}b`), (text, name) => {
        const glob = parseNameGlob(text);
        const steps = jest.spyOn(Set.prototype, 'add');
        glob?.matches(name);
        expect(steps.mock.calls.length).toBeLessThanOrEqual((2 * text.length + 1) * (name.length + 1));
        steps.mockRestore();
      }),
    );
  });

  it('counts the additions to sets as steps', () => {
    const steps = jest.spyOn(Set.prototype, 'add');
    parseNameGlob('{?,??}'.repeat(36))?.matches('a'.repeat(63));
    expect(steps.mock.calls.length).toBeGreaterThan(36 * 36);
  });
});
