import {afterEach, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {addSecretsOfUrl, createSecrets} from '../../src/runner/secrets.ts';

let written: string[] = [];

beforeEach(() => {
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text).trimEnd());
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** The values that the runner was told to mask, in order. */
function masked(): readonly string[] {
  return written.map((line) => line.replace(/^::add-mask::/, ''));
}

/** What became secret of a URL. */
function secretsOf(url: string) {
  const secrets = createSecrets();
  addSecretsOfUrl(url, secrets);
  return secrets;
}

describe('a secret', () => {
  it('is made known to the runner, in one command, once', () => {
    const secrets = createSecrets();
    secrets.add('1$abcdef0123');
    secrets.add('1$abcdef0123');
    expect(written).toEqual(['::add-mask::1$abcdef0123']);
  });

  it('is taken out of a text wherever it stands', () => {
    const secrets = createSecrets();
    secrets.add('hunter2.hunter2');
    expect(secrets.redact('hunter2.hunter2 and (hunter2.hunter2), hunter2xhunter2')).toBe(
      '*** and (***), hunter2xhunter2',
    );
  });

  it('leaves nothing of a longer one behind, in whichever order they came', () => {
    for (const values of [
      ['password', 'password-and-more'],
      ['password-and-more', 'password'],
    ]) {
      const secrets = createSecrets();
      for (const value of values) secrets.add(value);
      expect(secrets.redact('a password-and-more b password c')).toBe('a *** b *** c');
    }
  });

  it('of several lines is one of each line, white space around it aside', () => {
    const secrets = createSecrets();
    secrets.add('  first-line\r\nsecond-line\n\n');
    expect(masked()).toEqual(['first-line', 'second-line']);
    expect(secrets.redact('second-line')).toBe('***');
  });

  it.each(['', ' ', '7', '1234567', '   1234567   '])('is not made of %j, which would blank half the log', (value) => {
    const secrets = createSecrets();
    secrets.add(value);
    expect(written).toEqual([]);
    expect(secrets.redact('region 7, project 1234567')).toBe('region 7, project 1234567');
  });

  it('is made of eight characters', () => {
    const secrets = createSecrets();
    secrets.add('12345678');
    expect(masked()).toEqual(['12345678']);
  });

  it('is no pattern', () => {
    const secrets = createSecrets();
    secrets.add('a.c*(1)$&');
    expect(secrets.redact('abc111111 a.c*(1)$&')).toBe('abc111111 ***');
  });

  it('of one step is none of another', () => {
    createSecrets().add('12345678');
    expect(createSecrets().redact('12345678')).toBe('12345678');
  });
});

describe('of a URL', () => {
  it('its user and password become secrets, together and each', () => {
    const secrets = secretsOf('https://octo-user:octo-password@host.example/image.qcow2');
    expect(masked()).toEqual(['octo-user:octo-password', 'octo-user', 'octo-password']);
    expect(secrets.redact('octo-password of octo-user')).toBe('*** of ***');
  });

  it('its query becomes a secret, and so does each value in it', () => {
    const secrets = secretsOf(
      'https://host.example/i?X-Amz-Credential=AKIAEXAMPLE&X-Amz-Signature=0123456789abcdef&v=1#frag',
    );
    expect(secrets.redact('?X-Amz-Credential=AKIAEXAMPLE&X-Amz-Signature=0123456789abcdef&v=1#')).toBe('?***#');
    expect(secrets.redact('0123456789abcdef by AKIAEXAMPLE, X-Amz-Signature, v=1')).toBe(
      '*** by ***, X-Amz-Signature, v=1',
    );
  });

  it.each([
    ['https://host.example/?sig=ab%2Fcd%3Def%2Bgh', 'ab%2Fcd%3Def%2Bgh', 'ab/cd=ef+gh'],
    ['https://user:p%40ss%3Aw%C3%B6rd@host.example/', 'p%40ss%3Aw%C3%B6rd', 'p@ss:wörd'],
    ['https://host.example/?token1=abc%zz12', 'abc%zz12', 'abc%zz12'],
    ['https://host.example/?a-token-without-a-name', 'a-token-without-a-name', 'a-token-without-a-name'],
    ['https://host.example/?sig=abcd=efgh==', 'abcd=efgh==', 'abcd=efgh=='],
  ])('%s, a value is hidden as it stands there and decoded', (url, raw, decoded) => {
    const secrets = secretsOf(url);
    expect(secrets.redact(`(${raw}) (${decoded})`)).toBe('(***) (***)');
  });

  it('a password that holds a colon is hidden where it stands alone', () => {
    expect(secretsOf('https://me:pass:word1@host.example/').redact('pass:word1')).toBe('***');
  });

  it.each([
    'https:/octo:password1@host.example/',
    'https:octo:password1@host.example/',
    'https:\\\\octo:password1@host.example/',
  ])('spelled %s, which the URL standard reads all the same, the password is hidden', (url) => {
    expect(new URL(url).password).toBe('password1');
    expect(secretsOf(url).redact('password1')).toBe('***');
  });

  it.each([
    '',
    'not a URL',
    'https://host.example/image.qcow2',
    'https://host.example/a@b',
    'https://host.example?m=a@b',
    'https://host.example#a@b',
    'https://host.example/?',
    'https://host.example/?v=1&w=',
    'https://host.example/#fragment-of-it',
  ])('%j nothing becomes a secret', (url) => {
    secretsOf(url);
    expect(written).toEqual([]);
  });
});
