import {expect, it} from '@jest/globals';
import {baseName, parseSha256Sums} from '../../src/text/sha256sums.ts';

const DIGEST = '0123456789abcdef'.repeat(4);

it.each([
  [`${DIGEST}  image.qcow2`, 'image.qcow2'],
  [`${DIGEST} *image.qcow2`, 'image.qcow2'],
  [`${DIGEST.toUpperCase()}  a b (1).qcow2`, 'a b (1).qcow2'],
  [`\\${DIGEST}  two\\nlines\\\\`, 'two\nlines\\'],
  [`SHA256 (image (1).qcow2) = ${DIGEST}`, 'image (1).qcow2'],
  [`SHA256(image.qcow2)= ${DIGEST}`, 'image.qcow2'],
  [`SHA2-256(image.qcow2)= ${DIGEST}`, 'image.qcow2'],
  [`\\SHA256 (two\\nlines) = ${DIGEST}`, 'two\nlines'],
  [`\\${DIGEST}  a\\rb\\xc`, 'a\rbxc'],
  [`${DIGEST}  a\\nb`, 'a\\nb'],
  [`${DIGEST}  *image.qcow2`, '*image.qcow2'],
  [`\uFEFF${DIGEST}  image.qcow2\r`, 'image.qcow2'],
])('reads the line %j', (line, path) => {
  expect(parseSha256Sums(line)).toEqual([{path, sha256: DIGEST}]);
});

it.each([
  '',
  '# a comment',
  DIGEST,
  `${DIGEST}  `,
  `${DIGEST} image.qcow2`,
  `${DIGEST}00  image.qcow2`,
  `${DIGEST}${DIGEST}  image.qcow2`,
  ` ${DIGEST}  image.qcow2`,
  `x SHA256 (image.qcow2) = ${DIGEST}`,
  `SHA256 (image.qcow2) = ${DIGEST}00`,
  `SHA256 () = ${DIGEST}`,
  `SHA512 (image.qcow2) = ${DIGEST}${DIGEST}`,
  `SHA256 (image.qcow2) = ${DIGEST.slice(1)}`,
])('leaves out the line %j', (line) => {
  expect(parseSha256Sums(line)).toEqual([]);
});

it('reads each line, and leaves out a signature around them', () => {
  const text = [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    'Hash: SHA256',
    '',
    `${DIGEST}  one`,
    `${DIGEST} *two`,
    '-----BEGIN PGP SIGNATURE-----',
    'iQIzBAEBCAAdFiEE',
    '-----END PGP SIGNATURE-----',
  ];
  for (const newline of ['\n', '\r\n']) {
    expect(parseSha256Sums(text.join(newline)).map(({path}) => path)).toEqual(['one', 'two']);
  }
});

it('uses the last part of a path', () => {
  expect(['image', './image', '/a/b/image'].map(baseName)).toEqual(['image', 'image', 'image']);
});
