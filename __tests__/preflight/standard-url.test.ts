import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {standardUrl} from '../../src/preflight/standard-url.ts';

describe('a URL of an image', () => {
  it.each([
    ['http:/host/x', /two slashes/],
    ['http:host/x', /two slashes/],
    ['https:///x', /two slashes/],
    ['https://', /two slashes/],
    ['https://?x', /two slashes/],
    ['http:\\\\host\\x', /without backslashes/],
    ['http://host\\x', /without backslashes/],
    ['https://host/a\\b', /without backslashes/],
    ['https://host/x?a=1\\u0026b=2', /^a URL with & where this one has \\u0026/],
    ['https://host/%zz', /each % begins an escape/],
    ['https://host/100%', /each % begins an escape/],
    ['https://host/x?a=%4', /each % begins an escape/],
    ['ftp://host/x', /an http or https URL/],
    ['host/x', /an http or https URL/],
    ['https://host/a b', /without white space/],
    ['https://host/a\tb', /without white space/],
    ['https://host:99999/x', /an http or https URL/],
    ['https://$' + '{HOST}/x', /without a placeholder/],
    ['https://{host}:8080/x', /without a placeholder/],
    ['https://`host`/x', /without a placeholder/],
    ['https://[::1/x', /an http or https URL/],
  ])('is refused: %j', (text, expected) => {
    expect(standardUrl(text)).toEqual({expected: expect.stringMatching(expected)});
  });

  it.each([
    ['https://images.example/a.qcow2', 'https://images.example/a.qcow2'],
    ['https://h/größe.qcow2', 'https://h/gr%C3%B6%C3%9Fe.qcow2'],
    ['https://h/x?name=größe', 'https://h/x?name=gr%C3%B6%C3%9Fe'],
    ['https://bücher.example/x', 'https://xn--bcher-kva.example/x'],
    ['HTTPS://Images.Example:443/a/../b.raw', 'https://images.example/b.raw'],
    ['https://h', 'https://h/'],
    ['https://h/x#part', 'https://h/x'],
    ['https://h/a{1}|[2]^`?b={1}|[2]^`', 'https://h/a%7B1%7D%7C%5B2%5D%5E%60?b=%7B1%7D%7C%5B2%5D%5E%60'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    [
      'https://me:pass@h/x?sig=a%2Bb/c+d==&se=2026-07-08T10:00:00Z',
      'https://me:pass@h/x?sig=a%2Bb/c+d==&se=2026-07-08T10:00:00Z',
    ],
    ["https://h/it's(1)~$!*,;:@.raw?a=b?c/d", "https://h/it's(1)~$!*,;:@.raw?a=b?c/d"],
  ])('is sent in its standard form: %s', (text, sent) => {
    expect(standardUrl(text)).toBe(sent);
  });

  it('has a standard form that stays unchanged, and that every client accepts', () => {
    fc.assert(
      fc.property(
        fc.webUrl({withQueryParameters: true, withFragments: true}),
        fc.string({unit: 'grapheme'}),
        (url, more) => {
          const sent = standardUrl(url + more);
          if (typeof sent !== 'string') return;
          expect(standardUrl(sent)).toBe(sent);
          expect(sent).toMatch(
            /^https?:\/\/[^/?#]+\/([\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*(\?([\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$/,
          );
        },
      ),
      {numRuns: 500},
    );
  });
});
