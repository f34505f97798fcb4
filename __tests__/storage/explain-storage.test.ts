import {describe, expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import {explained} from '../../src/storage/explain-storage.ts';
import {S3Error} from '../../src/storage/s3-error.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {testRun, thrownBy} from './stage.ts';

function failure(status: number | undefined, outcome: RequestError['outcome']): RequestError {
  return new RequestError({outcome, status, method: 'POST', path: '/b', reason: 'for the test'});
}

const S3 = new S3Error({outcome: 'refused', operation: 'UploadPart 1', status: 400, reason: '400 for the test'});
const TOKEN = 'The token may not use Gcore Object Storage: POST /b: for the test';
const COULD_NOT = 'Could not make a bucket: POST /b: for the test';

describe('a failure of Object Storage', () => {
  it.each<[string, Error, string, string]>([
    ['401', failure(401, 'refused'), TOKEN, 'set storage-api-key to a token that has one'],
    ['403', failure(403, 'refused'), TOKEN, 'set storage-api-key to a token that has one'],
    ['400', failure(400, 'refused'), COULD_NOT, 'Check the storage in the Gcore portal'],
    ['503', failure(503, 'unknown'), COULD_NOT, 'Check https://status.gcore.com'],
    ['429', failure(429, 'throttled'), COULD_NOT, 'Check https://status.gcore.com'],
    ['no answer', failure(undefined, 'refused'), COULD_NOT, 'Check https://status.gcore.com'],
    ['400 of S3', S3, 'Could not make a bucket: S3 UploadPart 1: 400 for the test', 'Run this job again.'],
  ])('that is %s says what to do', async (_what, error, what, next) => {
    const thrown = await thrownBy(explained('make a bucket', Promise.reject(error), testRun().run));
    expect(thrown).toBeInstanceOf(ExplainedError);
    expect(thrown).toMatchObject({what, next: expect.stringContaining(next), cause: error});
  });

  it.each([
    ['S3', S3],
    ['the API', failure(503, 'unknown')],
  ])('of %s says that the time is over, if it is', async (_what, error) => {
    const {run} = testRun();
    expect(await thrownBy(explained('make a bucket', Promise.reject(error), {...run, deadlineMs: 0}))).toMatchObject({
      what: 'Could not make a bucket: the time of this step (timeout-minutes) is over.',
      known: [error.message],
    });
  });

  it('stays as it is if it is a bug, and counts for nothing after a cancel', async () => {
    const bug = new TypeError('a bug');
    const {run, cancel} = testRun();
    expect(await thrownBy(explained('make a bucket', Promise.reject(bug), {...run, deadlineMs: 0}))).toBe(bug);
    cancel();
    expect(await thrownBy(explained('make a bucket', Promise.reject(S3), run))).toBeInstanceOf(Cancelled);
  });
});
