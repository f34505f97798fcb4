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
  `SHA512 (image.qcow2) = ${DIGEST}${DIGEST}`,
  `SHA256 (image.qcow2) = ${DIGEST.slice(1)}`,
])('leaves out the line %j', (line) => {
  expect(parseSha256Sums(line)).toEqual([]);
});

it('uses the last part of a path', () => {
  expect(['image', './image', '/a/b/image'].map(baseName)).toEqual(['image', 'image', 'image']);
});
