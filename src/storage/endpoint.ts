import {ExplainedError} from '../errors.ts';
import {isLoopback} from '../http/loopback.ts';
import {inert} from '../text/inert.ts';
import {retry} from '../waiting/retry.ts';
import type {Run} from '../waiting/run.ts';
import type {Location, Storage} from './object-storage.ts';
import {openS3, type S3} from './s3.ts';
import {isNotConnected, mayRetryS3, S3Error} from './s3-error.ts';
import type {Credentials} from './s3-requests.ts';
import type {ServerClock} from './server-clock.ts';

/** The name of the only object of every bucket of this action. */
const OBJECT_KEY = 'image';
/** S3 may not know a new key or bucket for a while. */
const NEW_KEY_PATIENCE_MS = 120_000;

/** The S3 of a storage. */
export interface S3Place {
  /** Addresses, to try in this order. */
  readonly endpoints: readonly URL[];
  readonly region: string;
}

/**
 * The addresses of a storage's S3: the one from the API, and the one in older pages of Gcore's documentation.
 *
 * @param location undefined if the storage's location accepts no new storages, and so is not listed
 */
export function s3PlaceOf(storage: Storage, location: Location | undefined): S3Place {
  const region = location?.technicalName ?? storage.locationName;
  const addresses = [storage.address, ...(location === undefined ? [] : [`${region}.cloud.gcore.lu`])];
  const endpoints = addresses.map(endpointOf).filter((endpoint) => endpoint !== undefined);
  if (endpoints.length > 0) return {endpoints, region};
  throw new ExplainedError(
    `Gcore gives storage ${storage.id} an address that is none: "${inert(storage.address, 100)}".`,
    {
      next: 'Check the storage in the Gcore portal, or report it to Gcore.',
    },
  );
}

/** By https, unless the host is this machine. */
function endpointOf(address: string): URL | undefined {
  const text = `https://${address.replace(/^https?:\/\//i, '')}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return new URL(`${isLoopback(url) ? 'http' : 'https'}://${url.host}`);
}

export interface BucketAccess {
  readonly place: S3Place;
  readonly bucket: string;
  readonly credentials: Credentials;
  readonly serverClock: ServerClock;
}

/**
 * Opens S3 for a bucket with a request that checks endpoint, key and bucket. S3 has two minutes to know a new key.
 *
 * @param probe a request without a body
 * @returns S3, where it is, and the probe's result
 * @throws S3Error, or the reason of a cancelled run
 */
export async function connectS3<T>(
  {place, ...access}: BucketAccess,
  probe: (s3: S3) => Promise<T>,
  run: Run,
): Promise<{readonly s3: S3; readonly place: S3Place; readonly probed: T}> {
  const {endpoints, region} = place;
  const connect = async () => {
    for (const [index, endpoint] of endpoints.entries()) {
      const s3 = openS3({...access, endpoint, region, key: OBJECT_KEY}, run);
      try {
        const probed = await probe(s3);
        run.log.debug(`S3 is at ${endpoint.origin}, region ${region}.`);
        return {s3, place: {endpoints: [endpoint], region}, probed};
      } catch (error) {
        s3.close();
        if (!isNotConnected(error) || index === endpoints.length - 1) throw error;
        run.log.debug(`S3 is not at ${endpoint.origin}.`);
      }
    }
    throw new Error('a place of S3 has one endpoint at least');
  };
  const shouldRetry = (error: unknown): error is S3Error =>
    mayRetryS3(error) || (error instanceof S3Error && (error.status === 403 || error.status === 404));
  return await retry(connect, {shouldRetry, patienceMs: NEW_KEY_PATIENCE_MS}, run);
}

/** Aborts every upload and deletes every object of a bucket. */
export async function emptyBucket(access: BucketAccess, run: Run): Promise<void> {
  const {s3} = await connectS3(access, (opened) => opened.emptyBucket(), run);
  s3.close();
}
