import {appendFileSync, truncateSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import type {S3} from '../../src/storage/s3.ts';
import {S3Error} from '../../src/storage/s3-error.ts';
import {partsOf, uploadFile} from '../../src/storage/upload-file.ts';
import {hashed, MIB, makeFile, testRun, thrownBy} from './stage.ts';

const PARTS = 6;

function failure(operation: string, status?: number): S3Error {
  return new S3Error({
    outcome: status === undefined ? 'unknown' : 'refused',
    operation,
    status,
    reason: 'for the test',
  });
}

/** A sparse file of six parts, the last one of one byte. */
function sparseFile(): string {
  const path = makeFile(1);
  truncateSync(path, (PARTS - 1) * 16 * MIB + 1);
  return path;
}

/** Uploads a file to an S3 that takes every part, but for what is given. */
async function upload(path: string, methods: Partial<S3> = {}) {
  const {run} = testRun();
  const calls: string[] = [];
  const seen: number[] = [];
  const s3 = {
    uploadPart: async (_: string, part: {number: number}) => ({...part, etag: '"x"'}),
    listParts: async () => undefined,
    completeUpload: async () => void calls.push('complete'),
    ...methods,
  } as S3;
  const noted: S3 = {
    ...s3,
    uploadPart: async (id, part) => {
      calls.push(`part ${part.number}`);
      return await s3.uploadPart(id, part);
    },
    listParts: async (id) => {
      calls.push('list');
      return await s3.listParts(id);
    },
  };
  const uploaded = uploadFile(await hashed(path), 'upload', noted, (bytes) => seen.push(bytes), run);
  const error = await uploaded.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return {calls, seen, error};
}

describe('the upload of a file', () => {
  it('sends four parts at a time, the last one first, and tells how far it is', async () => {
    let running = 0;
    let most = 0;
    const four = Promise.withResolvers<void>();
    const {calls, seen} = await upload(sparseFile(), {
      uploadPart: async (_, part) => {
        running += 1;
        most = Math.max(most, running);
        if (running === 4) four.resolve();
        // None is done before four have come. A fifth would come meanwhile.
        await four.promise;
        for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
        running -= 1;
        return {...part, etag: '"x"'};
      },
    });
    expect(most).toBe(4);
    expect(calls.slice(0, 4).toSorted()).toEqual(['part 3', 'part 4', 'part 5', 'part 6']);
    expect(calls.at(-1)).toBe('complete');
    expect(seen).toHaveLength(PARTS);
    expect(seen.at(-1)).toBe((PARTS - 1) * 16 * MIB + 1);
  });

  it('begins no part, and sends none again, once one has failed for good', async () => {
    const last = Promise.withResolvers<void>();
    const {calls, error} = await upload(sparseFile(), {
      uploadPart: async (_, {number}) => {
        if (number === 6) last.resolve();
        await last.promise;
        throw failure(`UploadPart ${number}`, number === 6 ? 404 : 500);
      },
    });
    expect(error?.message).toContain('UploadPart 6: for the test');
    expect(calls.filter((call) => call === 'part 5').length).toBeLessThan(5);
    expect(calls).not.toContain('part 1');
    expect(calls).not.toContain('complete');
  });

  it('asks why a part failed only if it was not told', async () => {
    const answered = await upload(makeFile(5000), {
      uploadPart: async () => {
        throw failure('UploadPart 1', 500);
      },
    });
    expect(answered.calls).toEqual(Array(8).fill('part 1'));
    const unanswered = await upload(makeFile(5000), {
      uploadPart: async () => {
        throw failure('UploadPart 1');
      },
      listParts: async () => {
        throw failure('ListParts');
      },
    });
    expect(unanswered.calls).toEqual(Array(8).fill(['part 1', 'list']).flat());
    expect(unanswered.error?.message).toContain('UploadPart 1');
  });

  it('sends no part of a file again that has changed', async () => {
    const path = makeFile(5000);
    const {calls, error} = await upload(path, {
      uploadPart: async () => {
        appendFileSync(path, 'more');
        throw failure('UploadPart 1', 500);
      },
    });
    expect(error?.message).toContain('was changed while this step read it');
    expect(calls).toEqual(['part 1']);
  });

  it('hides no bug', async () => {
    const bug = new TypeError('a bug');
    const uploadPart = async () => {
      throw bug;
    };
    expect(await upload(makeFile(5000), {uploadPart})).toMatchObject({error: bug, calls: ['part 1']});
    const {run} = testRun();
    const file = await hashed(makeFile(5000));
    truncateSync(file.path, 4000);
    const ignore = () => undefined;
    expect((await thrownBy(uploadFile(file, 'upload', {uploadPart} as unknown as S3, ignore, run))).message).toContain(
      'was changed',
    );
  });
});

describe('the parts of a file', () => {
  it.each([
    [1, 1, 1],
    [16 * MIB, 1, 16 * MIB],
    [16 * MIB + 1, 2, 16 * MIB],
    [100e9, 5961, 16 * MIB],
    [10_000 * 16 * MIB, 10_000, 16 * MIB],
    [1e12, 10_000, 1e8],
  ])('of %d bytes are %d of %d bytes', (sizeBytes, count, partBytes) => {
    const parts = partsOf(sizeBytes);
    expect([parts.length, parts[0]?.sizeBytes]).toEqual([count, partBytes]);
  });

  it.each([1, 16 * MIB - 1, 16 * MIB, 16 * MIB + 1, 10_000 * 16 * MIB + 1, 5 * 2 ** 40 - 7])(
    'of %d bytes cover it',
    (sizeBytes) => {
      const parts = partsOf(sizeBytes);
      expect(parts.length).toBeLessThanOrEqual(10_000);
      expect(parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(sizeBytes);
      expect(parts.every(({offsetBytes}, index) => offsetBytes === index * (parts[0]?.sizeBytes ?? 0))).toBe(true);
      expect(parts.every((part) => part.sizeBytes > 0)).toBe(true);
    },
  );
});
