import {createHash} from 'node:crypto';
import {appendFileSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from '@jest/globals';
import {hashFile} from '../../src/storage/hash-file.ts';
import {logProgress} from '../../src/storage/progress.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {hashed, MIB, makeFile, testRun, thrownBy} from './stage.ts';

const NO_REGULAR_FILE: [string, () => string, string] = [
  'is no regular file',
  () => '/dev/zero',
  'which is no regular file',
];

describe('hashing a file', () => {
  it('gives its SHA-256 and size, and reports its progress', async () => {
    const path = makeFile(3 * MIB + 17);
    const seen: [number, number][] = [];
    const file = await hashFile(path, (...progress) => seen.push(progress), new AbortController().signal);
    const expected = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(file).toMatchObject({sha256: expected, sizeBytes: 3 * MIB + 17});
    expect(seen.at(-1)).toEqual([3 * MIB + 17, 3 * MIB + 17]);
    expect(seen).toHaveLength(4);
  });

  it.each<[string, () => string, string]>([
    ['is missing', () => join(dirname(makeFile(1)), 'other.raw'), 'cannot be read: ENOENT'],
    ['is a directory', () => dirname(makeFile(1)), 'which is a directory'],
    ...(process.platform === 'win32' ? [] : [NO_REGULAR_FILE]),
    ['is empty', () => makeFile(0), 'is empty'],
  ])('fails if the file %s', async (_what, path, message) => {
    expect((await thrownBy(hashed(path()))).message).toContain(message);
  });

  it('fails if the file grows meanwhile', async () => {
    const path = makeFile(2 * MIB);
    let isGrown = false;
    const grow = () => {
      if (!isGrown) appendFileSync(path, 'more');
      isGrown = true;
    };
    const error = await thrownBy(hashFile(path, grow, new AbortController().signal));
    expect(error.message).toContain('was changed while this step read it');
  });

  it('stops at once when it is cancelled', async () => {
    const cancel = new AbortController();
    const path = makeFile(3 * MIB);
    const error = await thrownBy(hashFile(path, () => cancel.abort(new Cancelled('SIGINT')), cancel.signal));
    expect(error).toBeInstanceOf(Cancelled);
  });
});

describe('the progress of work on a file', () => {
  it('is a line each ten seconds', () => {
    const {run, clock, lines} = testRun();
    const onProgress = logProgress('Uploading', run);
    for (let second = 1; second <= 25; second += 1) {
      clock.advance(1000);
      onProgress(second * 100_000_000, 20_000_000_000);
    }
    expect(lines).toEqual([
      'info: Uploading: 1 GB of 20 GB (5 %), 100 MB/s',
      'info: Uploading: 2 GB of 20 GB (10 %), 100 MB/s',
    ]);
  });
});
