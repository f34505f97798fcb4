import {describe, expect, it} from '@jest/globals';
import {showUrl} from '../../src/text/show-url.ts';

describe('a URL as it is shown', () => {
  it.each([
    ['https://host.example/image.qcow2', 'https://host.example/image.qcow2'],
    ['https://user:password@host.example/image.qcow2', 'https://host.example/image.qcow2'],
    ['https://token@host.example:8443/', 'https://host.example:8443/'],
    ['HTTPS://a@b@host.example/', 'HTTPS://host.example/'],
    ['https://host.example/i?sig=abc&x=1', 'https://host.example/i'],
    ['https://host.example/i#secret', 'https://host.example/i'],
    ['https://user:password@host.example?sig=a/b@c', 'https://host.example'],
    ['https://host.example/user@home/i', 'https://host.example/user@home/i'],
    ['https://host.example/i?a\nsig=b', 'https://host.example/i'],
    ['https://host.example/##[x]', 'https://host.example/'],
    ['not a URL', 'not a URL'],
  ])('is, of %j, %j', (url, shown) => {
    expect(showUrl(url)).toBe(shown);
  });

  it('is the same for a URL that is parsed', () => {
    expect(showUrl(new URL('https://me:secret@h.example:8443/a/b.raw?sig=secret#secret'))).toBe(
      'https://h.example:8443/a/b.raw',
    );
  });

  it('is one line of limited length', () => {
    expect(showUrl(`https://h.example/${'a'.repeat(1000)}`).length).toBeLessThanOrEqual(201);
  });

  it.each([
    'https:/octo:password1@host.example/',
    'https:octo:password1@host.example/',
    'https:\\\\octo:password1@host.example/',
  ])('does not contain the password of %s', (url) => {
    expect(showUrl(url)).not.toContain('password1');
  });
});
