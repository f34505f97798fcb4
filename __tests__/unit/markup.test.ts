import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {asMarkupText} from '../../src/text/markup.ts';
import {anyCharacter} from '../fixtures/any-text.ts';

/** What a reader of HTML or Markdown sees. */
function shown(markup: string): string {
  return markup.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

describe('markup text', () => {
  it.each(['Luxembourg-2', 'v1.2.3', 'größe 大小 3', '2 GiB, ready; at 10/30'])('keeps %j as it is', (text) => {
    expect(asMarkupText(text)).toBe(text);
  });

  it.each([...'<>&|`*_[]()#!\\~"\'=+{}@$^:\n\r\t'])('turns %j into a character reference', (character) => {
    expect(asMarkupText(character)).toBe(`&#${character.charCodeAt(0)};`);
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '[click](javascript:alert(1))',
    '![](https://evil.example/pixel.png)',
    '| a | b |\n| - | - |',
    '**bold** __bold__ `code` ~~gone~~',
    '<!-- hidden',
    '&lt;b&gt; &#60;b&#62;',
    '# heading',
    '\\| not escaped',
    '💾 <b>',
  ])('shows %j as text', (text) => {
    const markup = asMarkupText(text);
    expect(markup).toMatch(/^(?:[\p{L}\p{N} .,;/-]|&#\d+;)*$/u);
    expect(shown(markup)).toBe(text);
  });

  it.each(['https://evil.example', 'www.evil.example', 'WWW.evil.example'])('makes no link of %j', (text) => {
    expect(asMarkupText(text)).not.toMatch(/https?:|www\./i);
    expect(shown(asMarkupText(text))).toBe(text);
  });

  it('keeps any text readable', () => {
    fc.assert(
      fc.property(fc.string({unit: anyCharacter}), (text) => {
        const markup = asMarkupText(text);
        expect(markup.replace(/&#\d+;/g, '')).not.toMatch(/[<>&|`*_[\]()#!\\\n\r]/);
        expect(shown(markup)).toBe(text);
      }),
    );
  });
});
