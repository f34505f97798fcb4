import {describe, expect, it, jest} from '@jest/globals';
import fc from 'fast-check';
import {commandIn} from '../../harness/runner.ts';
import {inert} from '../../src/text/inert.ts';
import {anyCharacter} from '../fixtures/any-text.ts';

const HOSTILE = [
  '::',
  '##[',
  ']',
  'set-output',
  '\n',
  '\r',
  '\u0085',
  '\u2028',
  '\u001b[31m',
  '\u202e',
  ' ',
  '💾',
  '\ud83d',
];

/** Any string at all, halves of surrogate pairs included, with more of what hurts than chance would bring. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({unit: anyCharacter}),
      fc.constantFrom(...HOSTILE),
      fc.integer({min: 0, max: 0xffff}).map((unit) => String.fromCharCode(unit)),
      fc.tuple(fc.constantFrom(...HOSTILE), fc.integer({min: 1, max: 1200})).map(([text, times]) => text.repeat(times)),
    ),
  )
  .map((parts) => parts.join(''));

/** A bound that short texts reach as well. */
const anyBound = fc.constantFrom(1, 2, 7, 20, 500, 4000);

describe('inert', () => {
  it.each([
    'plain',
    'a sentence, with 2 numbers (and 100 %).',
    'größe 大小 💾',
    'std::vector and a ::b::',
    '[x] # heading | cell',
  ])('leaves %j as it is', (text) => {
    expect(inert(text)).toBe(text);
  });

  it.each(['\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029', '\v', '\f', '\n \r\n\t\n'])(
    'makes one line of lines that %j parts',
    (lineBreak) => {
      expect(inert(`one${lineBreak}two`)).toBe('one two');
    },
  );

  it.each([
    ['terminal controls', '\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['the one-character CSI', '\u009b31mred', '31mred'],
    ['a bell, a backspace and a NUL', 'a\u0007b\u0008c\u0000d', 'a b c d'],
    ['overrides of direction', 'a\u202eb\u2066c\u2069d', 'a b c d'],
    ['marks of direction', 'a\u200eb\u200fc\u061cd', 'a b c d'],
    ['zero-width characters', 'a\u200bb\u200cc\u200dd\u2060e\ufefff', 'a b c d e f'],
    ['tag characters', `a${String.fromCodePoint(0xe0041)}b`, 'a b'],
    ['halves of surrogate pairs', 'a\ud83db\udcbec', 'a b c'],
    ['white space around and in runs', ' \t a \u00a0\u3000 b \n', 'a b'],
  ])('removes %s', (_, text, expected) => {
    expect(inert(text)).toBe(expected);
  });

  it.each([
    '::set-output name=image-id::evil',
    '  ::x::',
    '\u00a0\u200b::add-mask::a',
    '\r\n::stop-commands::token',
    '##[set-output name=image-id]evil',
    'an innocent text ##[error]evil',
    'twice ##[a]##[b]',
    '###[x]',
    '::debug::##[x]',
    '##\u200b[x] ##[y]',
  ])('lets no command survive in %j', (text) => {
    expect(commandIn(inert(text))).toEqual([]);
  });

  it.each([
    ['::set-output::evil', ': :set-output::evil'],
    ['a ##[error]evil', 'a ## [error]evil'],
  ])('keeps %j readable, as %j', (text, expected) => {
    expect(inert(text)).toBe(expected);
  });

  it('cuts what is too long anywhere, so that the beginning of a long word is shown', () => {
    expect(inert(`the key ${'s'.repeat(600)} was refused`, 20)).toBe(`the key ${'s'.repeat(11)}…`);
    expect(inert('s'.repeat(5_000_000), 100)).toBe(`${'s'.repeat(99)}…`);
  });

  it('shows a text of exactly the bound whole, and marks a longer one as cut', () => {
    expect(inert('a'.repeat(500))).toBe('a'.repeat(500));
    expect(inert('one two', 7)).toBe('one two');
    expect(inert('one two three', 9)).toBe('one two…');
  });

  it('marks a text as cut even if only invisible characters were cut', () => {
    expect(inert(`a${'\n'.repeat(2000)}b`)).toMatch(/^a ?…$/);
  });

  it.each([
    ['letters', 'a'],
    ['line breaks', 'a\n'],
    ['commands', '##['],
    ['colons', '::'],
  ])('cuts megabytes of %s without delay', (_, piece) => {
    const text = piece.repeat(2 ** 23);
    // Joined beforehand: V8 puts a repeated string together when it is first read.
    expect(text.charCodeAt(text.length - 1)).toBe(piece.charCodeAt(piece.length - 1));
    const replacements = jest.spyOn(String.prototype, 'replace');
    const shown = inert(text);
    const cleanedLengths = replacements.mock.contexts.map((cleaned) => String(cleaned).length);
    replacements.mockRestore();
    expect(Math.max(...cleanedLengths)).toBeLessThanOrEqual(2000);
    expect(shown.length).toBeLessThanOrEqual(501);
  });

  it('makes any text one line of limited length without control characters', () => {
    fc.assert(
      fc.property(anyText, anyBound, (text, bound) => {
        const shown = inert(text, bound);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(shown.length).toBeLessThanOrEqual(bound + 1);
      }),
    );
  });

  it('makes any text a line in which the runner finds no command', () => {
    fc.assert(
      fc.property(anyText, anyBound, (text, bound) => {
        expect(commandIn(inert(text, bound))).toEqual([]);
      }),
    );
  });

  it('does not change its own result', () => {
    fc.assert(
      fc.property(anyText, anyBound, (text, bound) => {
        const shown = inert(text, bound);
        expect(inert(shown, bound)).toBe(shown);
      }),
    );
  });

  it('cuts no surrogate pair in two', () => {
    expect(inert('💾'.repeat(300), 499).isWellFormed()).toBe(true);
  });
});
