import {expect, it} from '@jest/globals';
import {excessText} from '../../src/images/fleet/quotas.ts';

const GIB = 2 ** 30;

it.each([
  ['room for one more', {images: {used: 4, limit: 5}, sizeBytes: {used: GIB, limit: 2 * GIB}}, GIB, undefined],
  ['too many', {images: {used: 5, limit: 5}, sizeBytes: undefined}, GIB, '5 of 5 images are used'],
  [
    'too large',
    {images: undefined, sizeBytes: {used: GIB, limit: 2 * GIB}},
    GIB + 1,
    '1 GiB of 2 GiB are used, and this image has 1 GiB',
  ],
  [
    'both',
    {images: {used: 6, limit: 5}, sizeBytes: {used: 2 * GIB, limit: 2 * GIB}},
    GIB,
    '6 of 5 images are used; 2 GiB of 2 GiB are used, and this image has 1 GiB',
  ],
  [
    'a size that is not known, and room',
    {images: undefined, sizeBytes: {used: GIB, limit: 2 * GIB}},
    undefined,
    undefined,
  ],
  [
    'a size that is not known, and no room',
    {images: undefined, sizeBytes: {used: 2 * GIB, limit: 2 * GIB}},
    undefined,
    '2 GiB of 2 GiB are used',
  ],
  ['nothing known', {images: undefined, sizeBytes: undefined}, GIB, undefined],
])('of %s', (_, quotas, sizeBytes, text) => {
  expect(excessText(quotas, sizeBytes)).toBe(text);
});
