import {describe, expect, it} from '@jest/globals';
import {createStaging} from '../../src/actions/upload/staging.ts';
import {ImportTimedOut, NoSourceUrl, PublishFailed} from '../../src/images/errors.ts';
import {RESUME} from '../../src/images/explain.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const FILE = {path: 'image.raw', sizeBytes: 9, changedAtNs: 0n, sha256: 'a'.repeat(64)};
const GONE = 'The staged file does not outlast this job: an import that has not read all of it by then fails.';

/** A file whose staging fails, since nothing listens there. */
function staging() {
  const secrets = {add: () => undefined, addKey: () => undefined, redact: (text: string) => text};
  const account = {apiUrl: new URL('http://127.0.0.1:9'), apiKey: 'key'};
  const run = virtualRun(createVirtualClock());
  return createStaging(FILE, {account, locationName: 'luxembourg-2', secrets}, run);
}

function failed(details: Partial<ConstructorParameters<typeof PublishFailed>[1]> = {}): PublishFailed {
  return new PublishFailed('It failed.', {
    known: ['Task t is the import.'],
    next: RESUME,
    keepsSlot: false,
    ...details,
  });
}

describe('a file that was not staged', () => {
  it('changes no failure, and leaves nothing to delete', async () => {
    const {explain, remove, failure} = staging();
    const error = failed({keepsSlot: true});
    expect(explain(error)).toBe(error);
    expect(await remove()).toBeUndefined();
    expect(failure()).toBeUndefined();
  });
});

describe('a file that is staged', () => {
  it('fails for all regions with one error', async () => {
    const {url, failure, explain} = staging();
    const errors = await Promise.all([url(), url()].map((staged) => staged.catch((error: unknown) => error)));
    for (const error of errors) expect(error).toBe(failure());
    expect(failure()?.what).toContain('Could not find or make the storage: ');
    expect(failure()?.known).toEqual(['No import was started.']);
    expect(explain(failed({cause: new NoSourceUrl('none')}))).toBe(failure());
  });

  it('says of an import that may still run that it reads a file which is gone', async () => {
    const {url, explain} = staging();
    await url().catch(() => undefined);
    const timedOut = new ImportTimedOut({taskIds: ['t'], imageId: undefined}, 60_000);
    for (const error of [failed({keepsSlot: true}), failed({cause: timedOut})]) {
      const {keepsSlot, cause} = error;
      expect(explain(error)).toMatchObject({
        what: 'It failed.',
        known: ['Task t is the import.', GONE],
        next: 'Run this job again: it waits for this import if it still runs, and stages the file again if it failed.',
        keepsSlot,
        cause,
      });
    }
    expect(explain(failed({keepsSlot: true, next: 'Ask Gcore.'}))).toMatchObject({next: 'Ask Gcore.'});
  });

  it('changes no failure of an import that is over, nor of something else', async () => {
    const {url, explain} = staging();
    await url().catch(() => undefined);
    for (const error of [failed(), new TypeError('a bug')]) expect(explain(error)).toBe(error);
  });
});
