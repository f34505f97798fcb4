import {ExplainedError} from '../errors.ts';
import {mayRetry, RequestError} from '../gcore/request-error.ts';
import {inert} from '../text/inert.ts';
import {DeadlinePassed, pollUntilDone} from '../waiting/poll.ts';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import {scheduleOf} from '../waiting/schedule.ts';
import {warnOfLostKey} from './access-key.ts';
import {STORAGE_PAGE} from './explain-storage.ts';
import type {Location, ObjectStorage, Storage} from './object-storage.ts';
import type {Credentials} from './s3-requests.ts';

/** A storage for buckets and keys. */
export interface ReadyStorage {
  readonly storage: Storage;
  /** The first keys, if this run created the storage: no other run knows them. */
  readonly firstKeys: readonly Credentials[];
  /** Undefined if the location accepts no new storages. */
  readonly location: Location | undefined;
}

const ACTIVE_WITHIN_MS = 10 * 60_000;
const POLL_INTERVAL_MS = 5000;
/** A 409 may pass too: a storage of this name that is being deleted, or that another run has just made. */
const CREATE_PATIENCE_MS = 120_000;

/**
 * Finds this action's storage in a location, or creates it, and waits until it is active.
 *
 * @param onMade called with the ID and first keys of a storage that this run made, as soon as they are known
 * @throws ExplainedError, RequestError, Outage, or the reason of a cancelled run
 */
export async function findOrCreateStorage(
  locationName: string,
  api: ObjectStorage,
  onMade: (storageId: number, firstKeys: readonly Credentials[]) => void,
  run: Run,
): Promise<ReadyStorage> {
  const name = `upload-gcore-gpu-image-${locationName}`;
  const storages = await api.listStorages(name);
  const locations = await api.listLocations();
  const location = locations.find((one) => one.name === locationName);
  const existing = usable(storages, locationName);
  if (existing !== undefined) return {storage: await untilActive(existing, api, run), firstKeys: [], location};
  if (location === undefined) throw noSuchLocation(locationName, locations);
  const made = await create(name, locationName, api, run);
  if (made.keys.length > 0) onMade(made.id, made.keys);
  return {storage: await untilActive(made, api, run), firstKeys: made.keys, location};
}

/** Two runs at the same time may have created one each: all runs use the older one. */
function usable(storages: readonly Storage[], locationName: string): Storage | undefined {
  return storages
    .filter((one) => one.locationName === locationName && !/^delet/.test(one.status))
    .toSorted((one, other) => one.id - other.id)[0];
}

/**
 * Makes a storage; if that fails, another run may just have made it, or the answer was lost. A lookup comes before the next attempt: if it missed
 * a storage, there are two, and all runs use the older one.
 */
async function create(name: string, locationName: string, api: ObjectStorage, run: Run) {
  const startedAtMs = api.serverClock.now();
  let isLost = false;
  const attempt = async () => {
    try {
      const made = await api.createStorage(name, locationName);
      run.log.info(`Made the storage ${name} (ID ${made.id}) in ${locationName}.`);
      return made;
    } catch (error) {
      run.cancelled.throwIfAborted();
      if (error instanceof RequestError && error.outcome === 'unknown') isLost = true;
      const found = usable(await api.listStorages(name), locationName);
      if (found === undefined) throw error;
      run.log.debug(`The storage ${name} is there, though the request to make it failed: ${String(error)}`);
      // If it was this run that made it, its first key is known to nobody.
      if (isLost) await warnOfLostKey(found.id, startedAtMs, api, run);
      return {id: found.id, keys: []};
    }
  };
  return await retry(attempt, {patienceMs: CREATE_PATIENCE_MS, shouldRetry: mayRetry}, run);
}

async function untilActive({id}: {readonly id: number}, api: ObjectStorage, run: Run): Promise<Storage> {
  const poll = async () => {
    const storage = await api.pollStorage(id);
    return storage.status === 'active' ? {done: storage} : {state: storage.status};
  };
  const deadlineMs = Math.min(run.deadlineMs, run.clock.now() + ACTIVE_WITHIN_MS);
  try {
    return await pollUntilDone(
      {
        poll,
        onFailure: ({errors}) => {
          const error = errors.at(-1);
          return mayRetry(error) ? (error.retryAfterMs ?? 0) : 'final';
        },
        schedule: scheduleOf(POLL_INTERVAL_MS),
        report: ({state = 'not seen yet'}) => run.log.info(`Storage ${id}: ${state}.`),
      },
      {...run, deadlineMs},
    );
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw error;
    throw new ExplainedError(`Storage ${id} did not become active in time. Last state seen: ${error.progress.state}.`, {
      known: ['Nothing was uploaded.'],
      next: `Check the storage in the Gcore portal (${STORAGE_PAGE}). Run this job again once it is active.`,
      cause: error,
    });
  }
}

function noSuchLocation(locationName: string, locations: readonly Location[]): ExplainedError {
  const names = locations.map(({name}) => name).join(', ');
  return new ExplainedError(`Object Storage has no location ${inert(locationName)} that accepts a new storage.`, {
    known: [`Locations that do: ${names === '' ? 'none' : names}.`],
    next: 'Set storage-location to one of them.',
  });
}
