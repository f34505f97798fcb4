import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import type {Image} from '../../src/gcore/wire.ts';
import {deleteImage} from '../../src/images/delete-image.ts';
import {fakeGcore, imageOf, SCOPE, virtualRun} from '../fixtures/fake-gcore.ts';

const BEFORE = imageOf({id: 'old', tags: {'channel-stable': '2026-01-01T00:00:00.000Z'}});
const PROMOTED = imageOf({id: 'old', tags: {'channel-stable': '2026-02-01T00:00:00.000Z'}});

function failed(status: number, outcome: RequestError['outcome'], method = 'GET') {
  return new RequestError({outcome, method, path: '/images/old', status, reason: String(status)});
}

/** Deletes an image whose reads and deletions answer as given, one after the other, and which is gone then. */
async function deleteAfter(
  reads: readonly (Image | RequestError)[],
  deletions: readonly (readonly string[] | RequestError)[] = [[]],
  options: {readonly unlessChangedSince?: Image} = {unlessChangedSince: BEFORE},
  cancelled = new AbortController().signal,
) {
  const requests: string[] = [];
  const next = <T>(kind: string, answers: T[], otherwise: T | RequestError): Exclude<T, RequestError> => {
    requests.push(kind);
    const answer = answers.shift() ?? otherwise;
    if (answer instanceof RequestError) throw answer;
    return answer as Exclude<T, RequestError>;
  };
  const readsLeft = [...reads];
  const deletionsLeft = [...deletions];
  const gcore: Gcore = fakeGcore({
    getImage: async () => next('GET', readsLeft, failed(404, 'refused')),
    deleteImage: async () => next('DELETE', deletionsLeft, failed(404, 'refused', 'DELETE')),
  });
  const run = {...virtualRun(), cancelled};
  const waiting = {gcore, run, intervalMs: 5000, ifMissing: 'just-made' as const};
  const result = deleteImage(SCOPE, 'old', waiting, options);
  return {result: await result.catch((error: unknown) => error), requests};
}

describe('an image that may have been promoted', () => {
  it('is read right before it is deleted', async () => {
    const {result, requests} = await deleteAfter([BEFORE]);
    expect([result, requests.slice(0, 2)]).toEqual([{kind: 'deleted'}, ['GET', 'DELETE']]);
  });

  it('is not deleted if it was promoted since', async () => {
    const {result, requests} = await deleteAfter([PROMOTED]);
    expect([result, requests]).toEqual([{kind: 'promoted'}, ['GET']]);
  });

  it.each<[string, Image, string]>([
    ['is not deleted if a task has locked it since', BEFORE, 'locked'],
    ['is deleted if the same task locked it before, and so is stale', imageOf({id: 'old', task_id: 't1'}), 'deleted'],
  ])('%s', async (_what, before, kind) => {
    const locked = imageOf({id: 'old', tags: Object.fromEntries(before.tags), task_id: 't1'});
    const {result} = await deleteAfter([locked], [[]], {unlessChangedSince: before});
    expect(result).toMatchObject({kind});
  });

  it('is read again before a DELETE that was refused for load is sent once more', async () => {
    const {result, requests} = await deleteAfter([BEFORE, PROMOTED], [failed(429, 'throttled', 'DELETE')]);
    expect([result, requests]).toEqual([{kind: 'promoted'}, ['GET', 'DELETE', 'GET']]);
  });

  it('is read until there is an answer', async () => {
    const {result, requests} = await deleteAfter([failed(503, 'unknown'), failed(504, 'unknown'), PROMOTED]);
    expect([result, requests]).toEqual([{kind: 'promoted'}, ['GET', 'GET', 'GET']]);
  });

  it('is not deleted if it cannot be read', async () => {
    const refused = failed(403, 'refused');
    const {result, requests} = await deleteAfter([refused]);
    expect([result, requests]).toEqual([refused, ['GET']]);
  });

  it('is gone if it does not exist any more', async () => {
    const {result, requests} = await deleteAfter([], [failed(404, 'refused', 'DELETE')]);
    expect([result, requests]).toEqual([{kind: 'gone'}, ['GET', 'DELETE']]);
  });
});

it('an image is not deleted if the run is cancelled', async () => {
  const reason = new Error('cancelled');
  const {result, requests} = await deleteAfter([], [[]], {}, AbortSignal.abort(reason));
  expect([result, requests]).toEqual([reason, []]);
});

it('an image of which nothing was read is deleted at once', async () => {
  const {result, requests} = await deleteAfter([], [[]], {});
  expect([result, requests[0]]).toEqual([{kind: 'deleted'}, 'DELETE']);
});
