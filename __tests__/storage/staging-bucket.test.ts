import {describe, expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import type {ObjectStorage} from '../../src/storage/object-storage.ts';
import {S3Error} from '../../src/storage/s3-error.ts';
import {createServerClock} from '../../src/storage/server-clock.ts';
import {bucketTimeMs, createBucket, deleteBucket, newBucketName} from '../../src/storage/staging-bucket.ts';
import {sweep} from '../../src/storage/sweep.ts';
import {testRun, thrownBy} from './stage.ts';

const ID = '0123456789abcdef0123456789abcdef';

function failure(status: number | undefined, outcome: RequestError['outcome'] = 'refused'): RequestError {
  return new RequestError({outcome, status, method: 'POST', path: '/storage', reason: 'for the test'});
}

function fail(error: Error): () => Promise<never> {
  return async () => {
    throw error;
  };
}

/** An API that counts its calls, by method and bucket, and whose clock says noon of July 8, 2026. */
function fakeApi(methods: Partial<ObjectStorage>) {
  const {run, clock, lines} = testRun();
  const serverClock = createServerClock(clock);
  serverClock.learn(new Date('2026-07-08T12:00:00Z'));
  const calls: string[] = [];
  const noted = <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) => {
    return (...args: A) => {
      calls.push(`${name} ${args[1]}`);
      return call(...args);
    };
  };
  const done = async () => undefined;
  const all = {createBucket: done, changeBucket: done, deleteBucket: done, hasBucket: async () => false, ...methods};
  const wrapped = Object.fromEntries(
    Object.entries(all).map(([name, call]) => [name, noted(name, call as typeof done)]),
  );
  return {api: {serverClock, ...wrapped} as unknown as ObjectStorage, calls, run, lines};
}

describe('the name of a bucket', () => {
  it('tells its time by the clock of the service, and cannot be guessed', () => {
    const {api} = fakeApi({});
    const names = [newBucketName(api.serverClock), newBucketName(api.serverClock)];
    for (const name of names) expect(name).toMatch(/^gpu-stage-20260708t120000z-[0-9a-f]{32}$/);
    expect(new Set(names).size).toBe(2);
    expect(bucketTimeMs(names[0] ?? '')).toBe(Date.parse('2026-07-08T12:00:00Z'));
  });

  it.each([
    `gpu-stage-20260230t250000z-${ID}`,
    `gpu-stage-20261301t000000z-${ID}`,
    `gpu-stage-20260101t000000z-${ID}0`,
    `gpu-stage-20260101t000000z-${ID.slice(1)}`,
    'gpu-stage-20260101t000000z-somebody-elses',
    `my-gpu-stage-20260101t000000z-${ID}`,
    `gpu-stage-20260101-${ID}`,
    'backups',
    '',
  ])('is not one of this action: "%s"', (name) => {
    expect(bucketTimeMs(name)).toBeUndefined();
  });
});

describe('a new bucket', () => {
  it.each<[string, number, RequestError]>([
    ['sent again three times if nobody knows what came of it', 4, failure(undefined, 'unknown')],
    ['not sent again if it is refused', 1, failure(400)],
  ])('is %s', async (_what, sends, error) => {
    const {api, calls, run} = fakeApi({createBucket: fail(error)});
    expect(await thrownBy(createBucket(7, api, () => undefined, run))).toBe(error);
    expect(calls.filter((call) => call.startsWith('createBucket'))).toHaveLength(sends);
    expect(new Set(calls.map((call) => call.split(' ')[1])).size).toBe(1);
  });

  it('warns of an expiry that cannot be set, and hides no bug', async () => {
    const {api, run, lines} = fakeApi({changeBucket: fail(failure(400))});
    expect(await createBucket(7, api, () => undefined, run)).toMatch(/^gpu-stage-/);
    expect(lines).toEqual([expect.stringContaining('warning: The bucket has no expiry')]);
    const other = fakeApi({changeBucket: fail(new TypeError('a bug'))});
    expect((await thrownBy(createBucket(7, other.api, () => undefined, other.run))).message).toBe('a bug');
  });
});

describe('the deletion of a bucket', () => {
  it.each<[number | undefined, boolean]>([
    [409, true],
    [400, true],
    [500, true],
    [401, false],
    [undefined, false],
  ])('that is answered %s empties it: %s', async (status, isEmptied) => {
    let deletions = 0;
    const error = failure(status, status === undefined ? 'unknown' : 'refused');
    const {api} = fakeApi({
      deleteBucket: async () => {
        deletions += 1;
        if (deletions === 1) throw error;
      },
    });
    let wasEmptied = false;
    const deleted = deleteBucket(7, 'b', api, async () => {
      wasEmptied = true;
    });
    if (isEmptied) await deleted;
    else expect(await thrownBy(deleted)).toBe(error);
    expect([wasEmptied, deletions]).toEqual([isEmptied, isEmptied ? 2 : 1]);
  });
});

describe('the sweep', () => {
  const dayOld = `gpu-stage-20260707t120000z-${ID}`;
  const older = `gpu-stage-20260707t115959z-${ID}`;

  async function swept(names: readonly string[], methods: Partial<ObjectStorage> = {}, emptying?: Error) {
    const {api, calls, run, lines} = fakeApi({listBucketNames: async () => names, ...methods});
    const masked: string[] = [];
    await sweep(
      7,
      api,
      (name) => masked.push(name),
      async (name) => {
        calls.push(`empty ${name}`);
        if (emptying !== undefined) throw emptying;
      },
      run,
    );
    return {calls: calls.slice(1), masked, lines};
  }

  it('takes what is more than a day old by the clock of the service, private first', async () => {
    const future = `gpu-stage-20270101t000000z-${ID}`;
    const {calls, masked} = await swept([dayOld, older, future, `gpu-stage-20261301t000000z-${ID}`, 'backups']);
    expect(calls).toEqual([`changeBucket ${older}`, `deleteBucket ${older}`]);
    expect(masked).toEqual([older]);
  });

  it('takes twenty buckets, and leaves the others to the next run', async () => {
    const names = Array.from({length: 30}, (_, index) => `gpu-stage-202601${10 + (index % 20)}t000000z-${ID}`);
    const {calls} = await swept(names);
    expect(calls.filter((call) => call.startsWith('deleteBucket'))).toHaveLength(20);
  });

  it('deletes nothing that it could not make private, or that is gone', async () => {
    const refused = await swept([older], {changeBucket: fail(failure(403))});
    expect(refused.calls).toEqual([`changeBucket ${older}`]);
    expect(refused.lines).toEqual([expect.stringContaining('warning: Could not delete a staged file')]);
    const gone = await swept([older], {changeBucket: fail(failure(404))});
    expect([gone.calls, gone.lines]).toEqual([[`changeBucket ${older}`], []]);
  });

  it.each<[string, Error]>([
    ['S3 refuses', new S3Error({outcome: 'refused', operation: 'DeleteObject', reason: '403'})],
    ['S3 has no address', new ExplainedError('There is no address.')],
  ])('only warns if %s to empty a bucket', async (_what, error) => {
    const {lines} = await swept([older], {deleteBucket: fail(failure(409))}, error);
    expect(lines).toEqual([expect.stringContaining(error.message)]);
  });

  it('goes on with the next bucket, and with the step, whatever the service answers', async () => {
    const next = `gpu-stage-20260101t000000z-${ID}`;
    const {calls, lines} = await swept([older, next], {deleteBucket: fail(failure(409))});
    expect(calls).toEqual(
      [older, next].flatMap((name) =>
        ['changeBucket', 'deleteBucket', 'empty', 'deleteBucket'].map((call) => `${call} ${name}`),
      ),
    );
    expect(lines).toHaveLength(2);
    expect((await swept([], {listBucketNames: fail(failure(500, 'unknown'))})).lines).toEqual([
      expect.stringContaining('warning: Could not look for staged files of earlier runs'),
    ]);
    const bug = new TypeError('a bug');
    expect(await thrownBy(swept([older], {deleteBucket: fail(bug)}))).toBe(bug);
  });
});
