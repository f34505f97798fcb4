import {createHash} from 'node:crypto';
import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from '@jest/globals';
import {hashFile, readStart, throwIfChanged} from '../../src/storage/hash-file.ts';
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

  it.each<[string, (path: string) => string]>([
    [
      'is a link to another',
      (path) => {
        const link = join(dirname(path), 'link.raw');
        symlinkSync(path, link);
        return link;
      },
    ],
    [
      'has a name beyond ASCII, with spaces',
      (path) => {
        const other = join(dirname(path), 'größe 大 (1)*.raw');
        renameSync(path, other);
        return other;
      },
    ],
  ])('reads a file that %s', async (_what, renamed) => {
    const path = renamed(makeFile(5000));
    expect(await hashed(path)).toMatchObject({path, sizeBytes: 5000});
    await throwIfChanged(await hashed(path));
  });

  it('counts the holes of a sparse file', async () => {
    const path = makeFile(1);
    truncateSync(path, 3 * MIB);
    const expected = createHash('sha256').update(Buffer.concat([Buffer.of(7), Buffer.alloc(3 * MIB - 1)]));
    expect(await hashed(path)).toMatchObject({sizeBytes: 3 * MIB, sha256: expected.digest('hex')});
  });

  it.each<[string, (path: string) => void]>([
    ['its size alone tells', (path) => truncateSync(path, 4999)],
    ['its time alone tells', (path) => utimesSync(path, 1000, 1001)],
    ['it is gone', (path) => rmSync(path)],
  ])('notices that a file has changed if %s', async (_what, change) => {
    const path = makeFile(5000);
    utimesSync(path, 1000, 1000);
    const file = await hashed(path);
    await throwIfChanged(file);
    change(path);
    if (statSync(path, {throwIfNoEntry: false})?.size === 4999) utimesSync(path, 1000, 1000);
    expect((await thrownBy(throwIfChanged(file))).message).toContain('was changed while this step read it');
  });

  it('reads as many of its first bytes as are asked for, or all', async () => {
    const path = makeFile(3 * MIB);
    expect((await readStart(path, 5000)).start).toEqual(readFileSync(path).subarray(0, 5000));
    expect(await readStart(path, 2 * MIB)).toMatchObject({start: {length: 2 * MIB}, sizeBytes: 3 * MIB});
    expect((await readStart(path, 8 * MIB)).start.length).toBe(3 * MIB);
  });

  it('fails if the file is cut meanwhile', async () => {
    const path = makeFile(3 * MIB);
    const error = await thrownBy(hashFile(path, () => truncateSync(path, MIB), new AbortController().signal));
    expect(error.message).toContain('cannot be read: the file is shorter than it was.');
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
