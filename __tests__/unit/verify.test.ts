import {describe, expect, it} from '@jest/globals';
import type {Gcore} from '../../src/gcore/gcore.ts';
import {NotVerified} from '../../src/images/errors.ts';
import type {ImageReady} from '../../src/images/outcome.ts';
import {imageOf, lostAnswer, SCOPE} from '../fixtures/fake-gcore.ts';
import {EXPECTED, mismatch, OTHER, PENDING, refused, setProofStage, unread, VERIFIED} from '../fixtures/proof-stage.ts';

const MINUTE = 60_000;

describe('a file that is the expected one', () => {
  it('is read once for all regions, and asked about after each import', async () => {
    const {checksum, verify, read, checkUnchanged} = setProofStage({});
    checksum.begin();
    checksum.begin();
    await Promise.all([verify(), verify()]);

    expect(read).toHaveBeenCalledTimes(1);
    expect(checkUnchanged).toHaveBeenCalledTimes(2);
  });

  it('is asked about only when it is read', async () => {
    const order: string[] = [];
    const {verify} = setProofStage({
      read: async () => void order.push('read'),
      checkUnchanged: async () => void order.push('asked'),
    });
    await verify();

    expect(order).toEqual(['read', 'asked']);
  });

  it('is noted on the image, which is returned as it is then', async () => {
    const {verify, updateTags} = setProofStage({});
    const {image, kind, taskIds} = await verify();

    expect(updateTags.mock.calls).toEqual([[SCOPE, 'new', VERIFIED]]);
    expect({kind, taskIds}).toEqual({kind: 'published', taskIds: ['task']});
    expect(Object.fromEntries(image.tags)).toEqual(VERIFIED);
  });

  it('is not read for an image on which an earlier run noted it', async () => {
    const {verify, read, checkUnchanged, updateTags} = setProofStage({});
    await verify('reused', VERIFIED);

    expect([read, checkUnchanged, updateTags].map(({mock}) => mock.calls)).toEqual([[], [], []]);
  });

  it.each<[string, ImageReady['kind'], object]>([
    ['of which it is still to be proved', 'reused', PENDING],
    ['of another digest', 'reused', {...VERIFIED, 'source-sha256': OTHER}],
    ['of no known digest', 'reused', {}],
    ['of an import that it joined', 'joined', VERIFIED],
    ['that it made', 'published', VERIFIED],
  ])('is read for an image %s', async (_, kind, tags) => {
    const {verify, read, updateTags} = setProofStage({});
    await verify(kind, tags);

    expect(read).toHaveBeenCalledTimes(1);
    expect(updateTags).toHaveBeenCalledTimes(1);
  });

  it('is noted by a further attempt after a bad moment', async () => {
    let sent = 0;
    const {verify, updateTags, run} = setProofStage({
      gcore: {
        updateTags: async () => {
          sent += 1;
          if (run.clock.now() < 4 * MINUTE) throw lostAnswer();
        },
      },
    });
    await verify();

    expect(updateTags.mock.calls).toHaveLength(sent);
    expect(run.lines).toEqual([]);
  });

  it('is in the image that is returned also if that can only be read by a further attempt', async () => {
    let reads = 0;
    const {verify} = setProofStage({
      gcore: {
        getImage: async (_, id) => {
          reads += 1;
          if (reads === 1) throw lostAnswer();
          return imageOf({id, tags: VERIFIED});
        },
      },
    });
    const {image} = await verify();

    expect(Object.fromEntries(image.tags)).toEqual(VERIFIED);
  });

  it.each<[string, Partial<Gcore>, number]>([
    ['be noted', {updateTags: async () => Promise.reject(refused(403))}, 1],
    ['be noted for minutes', {updateTags: async () => Promise.reject(lostAnswer())}, 100],
  ])('warns if that cannot %s', async (_, gcore, mostAttempts) => {
    const unreadable = {getImage: async () => Promise.reject(lostAnswer())};
    const {verify, run, updateTags} = setProofStage({gcore: {...gcore, ...unreadable}});
    const {image} = await verify();

    expect(updateTags.mock.calls.length).toBeLessThanOrEqual(mostAttempts);

    expect(Object.fromEntries(image.tags)).toEqual(PENDING);
    expect(run.lines[0]).toMatch(/^Image new is verified, but that could not be noted in its tags: /);
    expect(run.clock.now()).toBeLessThan(6 * MINUTE);
  });
});

describe('a file that could not be read', () => {
  it('leaves the image, and names it', async () => {
    const {errorOf, deleteImage, updateTags} = setProofStage(unread);

    expect(await errorOf()).toMatchObject({
      what: 'The checksum is not verified: the file could not be read.',
      known: ['Image new is ready, and is kept: whether it holds the expected file is not known.'],
      next: 'Run this job again: it finds this image, and reads the file again.',
      section: 'the-checksum-is-not-verified',
    });
    expect(deleteImage).not.toHaveBeenCalled();
    expect(updateTags).not.toHaveBeenCalled();
  });

  it('says to delete the image if a further run would not find it', async () => {
    const {errorOf} = setProofStage({...unread, spec: {ifExists: 'duplicate'}});

    expect(await errorOf()).toMatchObject({
      next: 'Check the file behind the URL. Then delete this image, and run this job again.',
    });
  });

  it('is not verified either if it has changed since', async () => {
    const {errorOf, updateTags} = setProofStage({
      checkUnchanged: async () => {
        throw new NotVerified('it has changed');
      },
    });

    expect(await errorOf()).toMatchObject({what: 'The checksum is not verified: it has changed.'});
    expect(updateTags).not.toHaveBeenCalled();
  });

  it('ends with the reason of the run if that is cancelled', async () => {
    const {verify} = setProofStage({read: async () => Promise.reject(new Error('cancelled'))});

    await expect(verify()).rejects.toThrow(/^cancelled$/);
  });
});

describe('a proof', () => {
  it('has no status before it begins and once it is done', async () => {
    const done = Promise.withResolvers<void>();
    const {checksum, verify} = setProofStage({read: () => done.promise});
    expect([checksum.status(), checksum.isRead()]).toEqual([undefined, false]);
    checksum.begin();
    expect([checksum.status(), checksum.isRead()]).toEqual(['The checksum is not verified yet.', false]);
    done.resolve();
    await verify();
    expect([checksum.status(), checksum.isRead()]).toEqual([undefined, true]);
  });

  it.each([
    [mismatch, `The checksum does not match: expected sha256:${EXPECTED}, but the file has sha256:${OTHER}.`],
    [unread, 'The checksum is not verified: the file could not be read.'],
  ])('that has failed lets no further import begin', async (proof, what) => {
    const {checksum, errorOf} = setProofStage(proof);
    checksum.begin();
    await errorOf();

    expect(checksum.status()).toBe(`${what} If the import makes an image, do not use it.`);
    expect(checksum.isRead()).toBe(false);
    expect(() => checksum.begin()).toThrow(what);
    try {
      checksum.begin();
    } catch (error) {
      expect(error).toMatchObject({known: ['Nothing was uploaded.']});
    }
  });
});
