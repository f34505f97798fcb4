import {afterEach, beforeEach, describe, expect, it, jest} from '@jest/globals';
import fc from 'fast-check';
import {addSecretsOfUrl, createSecrets} from '../../src/runner/secrets.ts';
import {inert} from '../../src/text/inert.ts';
import {anyCharacter} from '../fixtures/any-text.ts';

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

/** Every byte of UTF-8 percent-encoded, those that need not be as well. */
function percentEncoded(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '%$&');
}

describe('a secret', () => {
  it('is sent to the runner once, in one command', () => {
    const secrets = createSecrets();
    secrets.add('1$abcdef0123');
    secrets.add('1$abcdef0123');
    expect(written).toEqual(['::add-mask::1$abcdef0123']);
  });

  it('is removed from a text at every position', () => {
    const secrets = createSecrets();
    secrets.add('hunter2.hunter2');
    expect(secrets.redact('hunter2.hunter2 and (hunter2.hunter2), hunter2xhunter2')).toBe(
      '*** and (***), hunter2xhunter2',
    );
  });

  it('leaves nothing of a longer secret, in any order', () => {
    for (const values of [
      ['password', 'password-and-more'],
      ['password-and-more', 'password'],
    ]) {
      const secrets = createSecrets();
      for (const value of values) secrets.add(value);
      expect(secrets.redact('a password-and-more b password c')).toBe('a *** b *** c');
    }
  });

  it('of several lines is a secret for each line, without the white space around it', () => {
    const secrets = createSecrets();
    secrets.add('  first-line\r\nsecond-line\n\n');
    expect(masked()).toEqual(['first-line', 'second-line']);
    expect(secrets.redact('second-line')).toBe('***');
  });

  it.each(['', ' ', '7', '123', '   123   '])('is never %j, which would hide half of the log', (value) => {
    const secrets = createSecrets();
    secrets.add(value);
    expect(written).toEqual([]);
    expect(secrets.redact('region 7, project 1234567')).toBe('region 7, project 1234567');
  });

  it.each(['hunt', 'hunter2'])(
    'of fewer than eight characters is redacted, but not masked by the runner: %s',
    (value) => {
      const secrets = createSecrets();
      secrets.add(value);
      expect(written).toEqual([]);
      expect(secrets.redact(`octo:${value}@host`)).toBe('octo:***@host');
    },
  );

  it('can have eight characters', () => {
    const secrets = createSecrets();
    secrets.add('12345678');
    expect(masked()).toEqual(['12345678']);
  });

  it.each([
    ['ab/c"d e+f&ä💾', 'ab%2Fc%22d%20e%2Bf%26%C3%A4%F0%9F%92%BE'],
    ['ab/c"d e+f&ä💾', 'ab%2fc%22d+e%2bf%26%c3%a4%f0%9f%92%be'],
    ['ab/c"d e+f&ä💾', 'ab/c%22d%20e%2Bf&amp;%C3%A4💾'],
    ['ab/c"d e+f&ä💾', 'ab\\/c\\"d e+f\\u0026\\u00e4\\uD83D\\uDCBE'],
    ['ab/c"d e+f&ä💾', 'ab&#x2F;c&quot;d e&#43;f&#038;&#228;&#128190;'],
    ['ab/c"d e+f&ä💾', 'ab%252Fc%2522d%2520e%252Bf%2526%25C3%25A4%25F0%259F%2592%25BE'],
    ['ab/c"d e+f&ä💾', 'ab/c\\x22d e+f&\\xc3\\xa4\\xf0\\x9f\\x92\\xbe'],
    ['ab%2Fcd%3D', 'ab/cd='],
    ['ab+cd+ef', 'ab%20cd ef'],
  ])('%j is found as %j', (value, spelling) => {
    const secrets = createSecrets();
    secrets.add(value);
    expect(secrets.redact(`<${spelling}> 100% \\n &amp; 1+1`)).toBe('<***> 100% \\n &amp; 1+1');
  });

  it.each([
    ['with more than its beginning', 'x-signature-value', 10, '***…'],
    ['in the middle of an escape', 'abcd%2Fefgh%2Fij', 13, '***…'],
    ['so that less than four characters of it are left', 'x-signature-value', 3, 'x-s…'],
  ])('that was cut off is redacted: %s', (_, value, length, shown) => {
    const secrets = createSecrets();
    secrets.add(value);
    expect(secrets.redact(`the URL ${value.slice(0, length)}… is cut`)).toBe(`the URL ${shown} is cut`);
  });

  it('is redacted at whatever position the text is cut', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{8,40}$/), fc.integer({min: 10, max: 80}), (value, length) => {
        const secrets = createSecrets();
        secrets.add(value);
        const text = `a text of some words and ${value} after which it goes on and on and on`;
        expect(secrets.redact(inert(text, length))).not.toMatch(new RegExp(`${value.slice(0, 4)}`));
      }),
    );
  });

  it('is found in any mix of encodings', () => {
    const spellings: readonly ((character: string) => string)[] = [
      (character) => character,
      (character) => percentEncoded(character),
      (character) => percentEncoded(character).toLowerCase(),
      (character) => percentEncoded(percentEncoded(character)),
      (character) => character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
      (character) => `&#${character.codePointAt(0)};`,
      (character) => `&#x${character.codePointAt(0)?.toString(16)};`,
    ];
    const anySpelled = fc.array(
      fc.tuple(fc.string({unit: 'grapheme-composite', minLength: 1, maxLength: 1}), fc.nat(6)),
      {
        minLength: 8,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(anySpelled, (characters) => {
        const value = characters.map(([character]) => character).join('');
        fc.pre(!/[%\\&\r\n]/.test(value) && value.trim() === value);
        const secrets = createSecrets();
        secrets.add(value);
        const spelled = characters.map(([character, spelling]) => spellings[spelling]?.(character)).join('');
        expect(secrets.redact(`(((${spelled})))`)).toBe('(((***)))');
      }),
    );
  });

  it('does not change a text without it', () => {
    fc.assert(
      fc.property(fc.string({unit: anyCharacter}), (text) => {
        const secrets = createSecrets();
        secrets.add('a-secret-that-nothing-holds');
        secrets.addKey('1$0123456789abcdef');
        expect(secrets.redact(text)).toBe(text);
      }),
    );
  });

  it('is not shown in part if it is a key: no eight consecutive characters', () => {
    const key = '4242$kJ8s+D0f/qQ2z9w1e3r5t7y';
    const secrets = createSecrets();
    secrets.addKey(key);
    expect(masked()).toEqual([key]);
    const anyPart = fc.tuple(fc.nat(key.length - 8), fc.integer({min: 8, max: key.length}));
    fc.assert(
      fc.property(anyPart, fc.constantFrom(String, encodeURIComponent, JSON.stringify), ([start, length], spell) => {
        const shown = secrets.redact(`Bad token:<${spell(key.slice(start, start + length))}> (${key.slice(0, 7)})`);
        expect(shown).toMatch(/^Bad token:<"?\*\*\*"?> \(4242\$kJ\)$/);
      }),
    );
  });

  it('is not used as a pattern', () => {
    const secrets = createSecrets();
    secrets.add('a.c*(1)$&');
    expect(secrets.redact('abc111111 a.c*(1)$&')).toBe('abc111111 ***');
  });

  it('of one step is not a secret of another step', () => {
    createSecrets().add('12345678');
    expect(createSecrets().redact('12345678')).toBe('12345678');
  });
});

describe('of a URL', () => {
  it('its user and password become secrets, together and separately', () => {
    const secrets = secretsOf('https://octo-user:octo-password@host.example/image.qcow2');
    expect(masked()).toEqual(['octo-user:octo-password', 'octo-user', 'octo-password']);
    expect(secrets.redact('octo-password of octo-user')).toBe('*** of ***');
  });

  it('only the signature in its query becomes a secret', () => {
    const secrets = secretsOf(
      'https://host.example/i?X-Amz-Credential=AKIAEXAMPLE&X-Amz-Signature=0123456789abcdef&name=trainer-v1.2.3#frag',
    );
    expect(masked()).toEqual(['AKIAEXAMPLE', '0123456789abcdef']);
    expect(secrets.redact('0123456789abcdef by AKIAEXAMPLE, X-Amz-Signature, name=trainer-v1.2.3')).toBe(
      '*** by ***, X-Amz-Signature, name=trainer-v1.2.3',
    );
  });

  it.each([
    ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'x-amz-signature', 'sig', 'X-Goog-Signature'],
    ...['X-Goog-Credential', 'Signature', 'Policy', 'Key-Pair-Id', 'x-oss-signature', 'q-signature', 'AWSAccessKeyId'],
    ...['token', 'access_token', 'accessToken', 'private%5Ftoken', 'job-token', 'apikey', 'api_key', 'key', 'secret'],
    ...['client_secret', 'password', 'passwd', 'pwd', 'credentials', 'auth', 'auth_key', 'oauth_x', 'Authorization'],
    ...['temp_url_sig', 'jwt', 'hdnts', 'rlkey', 'OSSAccessKeyId', 'x-oss-security-token'],
    ...['tempauth', '__gda__', 'X-Tos-Signature', 'x-obs-security-token'],
  ])('the value of %s is a secret', (name) => {
    for (const query of [`v=1&${name}=c2lnbmVkLWJ5LXVz&w=2`, `v=1;${name}=c2lnbmVkLWJ5LXVz`]) {
      written = [];
      secretsOf(`https://host.example/i?${query}`);
      expect(masked()).toEqual(['c2lnbmVkLWJ5LXVz']);
    }
  });

  it.each([
    ...['name', 'region', 'size', 'file', 'version', 'X-Amz-Date', 'X-Amz-Algorithm', 'X-Amz-SignedHeaders', 'se'],
    ...['author', 'monkey', 'keyboard', 'design', 'authority', 'passenger', 'tokenizer', 'response-content-type', 'sv'],
  ])('the value of %s is not a secret', (name) => {
    secretsOf(`https://host.example/i?${name}=Luxembourg-2&a=1;${name}=3758096384&build-100.qcow2`);
    expect(written).toEqual([]);
  });

  it('the token in its path becomes a secret', () => {
    const secrets = secretsOf('https://objectstorage.example/p/c2lnbmVkLWJ5LXVz/n/ns/b/images/o/trainer.qcow2');
    expect(masked()).toEqual(['c2lnbmVkLWJ5LXVz']);
    expect(secrets.redact('GET /p/c2lnbmVkLWJ5LXVz/n/ns')).toBe('GET /p/***/n/ns');
  });

  it('the signature of a URL within it is a secret', () => {
    const inner = encodeURIComponent('https://me:hunter22@host.example/i?sig=c2lnbmVkLWJ5LXVz&v=12345678');
    secretsOf(`https://proxy.example/?url=${inner}`);
    expect(masked()).toEqual(['me:hunter22', 'hunter22', 'c2lnbmVkLWJ5LXVz']);
  });

  it('a short user name with a password is not a secret, and a user name alone is one', () => {
    expect(secretsOf('https://admin:hunter2@host.example/').redact('admin hunter2 admin:hunter2')).toBe(
      'admin *** ***',
    );
    expect(secretsOf('https://abc123@host.example/').redact('abc123')).toBe('***');
  });

  it.each([
    ['https://host.example/?sig=ab%2Fcd%3Def%2Bgh', 'ab%2Fcd%3Def%2Bgh', 'ab/cd=ef+gh'],
    ['https://user:p%40ss%3Aw%C3%B6rd@host.example/', 'p%40ss%3Aw%C3%B6rd', 'p@ss:wörd'],
    ['https://host.example/?token1=abc%zz12', 'abc%zz12', 'abc%zz12'],
    ['https://host.example/?sig=abcd;efgh', 'abcd;efgh', 'abcd;efgh'],
    ['https://host.example/?sig=abcd=efgh==', 'abcd=efgh==', 'abcd=efgh=='],
  ])('%s, a value is hidden as written and decoded', (url, raw, decoded) => {
    const secrets = secretsOf(url);
    expect(secrets.redact(`(${raw}) (${decoded})`)).toBe('(***) (***)');
  });

  it('a password with a colon is hidden also without the user name', () => {
    expect(secretsOf('https://me:pass:word1@host.example/').redact('pass:word1')).toBe('***');
  });

  it.each([
    'https:/octo:password1@host.example/',
    'https:octo:password1@host.example/',
    'https:\\\\octo:password1@host.example/',
  ])('written as %s, which the URL standard accepts, the password is hidden', (url) => {
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
