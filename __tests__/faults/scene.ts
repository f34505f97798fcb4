import type {Fault} from '../../simulator/faults.ts';
import type {RequestKind, Simulator, SimulatorOptions} from '../../simulator/simulator.ts';
import {nextGapMs} from '../../src/waiting/schedule.ts';

/** A time on the scene's clock, or the moment just before the POST. */
export type Moment = number | 'marked';

/** When nobody gets through to the cloud, and why. */
export interface Outage {
  readonly kind: 'refused' | 'proxy refuses' | 'bad certificate';
  readonly from: Moment;
  readonly untilMs: number;
}

/** One publish, and everything that goes wrong with it. */
export interface Scene {
  readonly cloud?: Pick<SimulatorOptions, 'timing' | 'imageVisible' | 'taskDataHoldsTags' | 'startWithinMs'>;
  readonly faults?: readonly Fault[];
  /** Faults that begin once the cloud has received an upload: those of the reads that look for a lost one. */
  readonly faultsAfterUpload?: readonly Fault[];
  readonly outage?: Outage;
  /** A host to ask in place of the cloud. */
  readonly apiUrl?: string;
  /** What else is in the cloud. */
  readonly furnish?: (cloud: Simulator) => void;
  /** How many of the cloud's fetches of the image fail before one works. */
  readonly brokenSources?: number;
  /** The source has a URL of its own for each send, and so many can be made. */
  readonly freshUrls?: number;
  readonly attempts?: number;
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** How far the service's clock is ahead of the runner's. */
  readonly serviceAheadMs?: number;
  /** Cancels the run at a time, or when the cloud has received a request of a kind. */
  readonly cancelAt?: number | RequestKind;
  /** Whether a fault says secrets back: masking is the business of the action's own log. */
  readonly echoesSecrets?: boolean;
  /** The run's chance; by default the middle of every jitter. */
  readonly random?: () => number;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const IMAGE_NAME = 'gpu-image-v1.2.3';
/** A signed URL's query: as secret as the key. */
export const URL_SECRET = 'c2lnbmF0dXJlLW9mLXRoZS11cmw';

/** Unless a scene says otherwise: NEW for 10 s, RUNNING until 70 s, and the image active at 100 s. */
export const TIMING = {newMs: 10_000, runningMs: 60_000, savingMs: 30_000};
export const TIMEOUT_MS = 2 * HOUR;
export const INTERVAL_MS = 5000;

/** When the looks of a wait fall that begins at a time and knows of no earlier imports, in seconds: the action's own schedule. */
function looksFrom(beginSeconds: number): readonly number[] {
  const looks = [0];
  for (let elapsedMs = 0; elapsedMs < HOUR; looks.push(elapsedMs)) {
    elapsedMs += nextGapMs({elapsedMs, intervalMs: INTERVAL_MS});
  }
  return looks.map((ms) => beginSeconds + ms / 1000);
}

/** The first look at or after a time, of a wait that begins at another. */
export function lookAfter(seconds: number, beginSeconds = 0): number {
  return looksFrom(beginSeconds).find((look) => look >= seconds) ?? Number.NaN;
}

/** The last look before a time, of a wait that begins at another. */
export function lookBefore(seconds: number, beginSeconds = 0): number {
  return looksFrom(beginSeconds).findLast((look) => look < seconds) ?? Number.NaN;
}

/** When it is seen that the task is FINISHED, and that the image is active, unless something goes wrong. */
export const FINISHED_SEEN = lookAfter(70);
export const READY_SEEN = lookAfter(100, FINISHED_SEEN);
