import type {Fault} from '../../simulator/faults.ts';
import type {RequestKind, Simulator, SimulatorOptions} from '../../simulator/simulator.ts';

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

/** Unless a scene says otherwise: NEW for 10 s, RUNNING until 70 s, and the image active at 100 s, with a look every 5 s. */
export const TIMING = {newMs: 10_000, runningMs: 60_000, savingMs: 30_000};
export const TIMEOUT_MS = 2 * HOUR;
export const INTERVAL_MS = 5000;
