import {expect, it} from '@jest/globals';
import * as v from 'valibot';
import {ChecksumText} from '../../src/actions/upload/checksum-input.ts';

const DIGEST = '0123456789abcdef'.repeat(4);
const EXPECTED = 'sha256: and 64 hexadecimal digits, or the https URL of a SHA256SUMS file';

it.each([`sha256:${DIGEST}`, `SHA256:${DIGEST.toUpperCase()}`, ` sha256:${DIGEST}\n`])(
  'takes the digest %j, in lower case',
  (text) => {
    expect(v.parse(ChecksumText, text)).toEqual({kind: 'digest', sha256: DIGEST});
  },
);

it.each([
  ['https://images.example/SHA256SUMS?a=b', 'https://images.example/SHA256SUMS?a=b'],
  ['HTTPS://images.example/SHA256SUMS', 'https://images.example/SHA256SUMS'],
  ['http://127.0.0.1:8080/SHA256SUMS', 'http://127.0.0.1:8080/SHA256SUMS'],
])('takes the URL %j', (text, href) => {
  expect(v.parse(ChecksumText, text)).toEqual({kind: 'sums-file', url: new URL(href)});
});

it.each([
  [DIGEST, `${EXPECTED}: sha256:${DIGEST}`],
  [`sha256:${DIGEST.slice(1)}`, EXPECTED],
  [`sha256:${DIGEST}0`, EXPECTED],
  [`sha256:${DIGEST.slice(1)}g`, EXPECTED],
  [`sha512:${DIGEST}${DIGEST}`, EXPECTED],
  [`sha256: ${DIGEST}`, EXPECTED],
  [`0${DIGEST}`, EXPECTED],
  ['SHA256SUMS', EXPECTED],
  ['ftp://images.example/SHA256SUMS', EXPECTED],
  ['http://images.example/SHA256SUMS', `${EXPECTED} (http is for loopback only)`],
])('refuses %j', (text, message) => {
  expect(v.safeParse(ChecksumText, text).issues?.map((issue) => issue.message)).toEqual([message]);
});

it.each(['https://', 'https://images.example/a b'])(
  'refuses the URL %j that nobody can fetch, and says why',
  (text) => {
    const [issue] = v.safeParse(ChecksumText, text).issues ?? [];
    expect(issue?.message.startsWith(`${EXPECTED}: `)).toBe(true);
  },
);
