import type {Fault} from '../../simulator/faults.ts';
import type {RequestKind, Simulator, SimulatorOptions, Timing} from '../../simulator/simulator.ts';

/** A time on the scene's clock, or the moment just before the POST. */
export type Moment = number | 'marked';

/** When connections to the cloud fail as a whole, and why. */
export interface Outage {
  readonly kind: 'refused' | 'proxy refuses' | 'bad certificate';
  readonly from: Moment;
  readonly untilMs: number;
}

/** One publish, and everything that goes wrong with it. */
export interface Scene {
  readonly cloud?: Omit<SimulatorOptions, 'timing'> & {readonly timing?: Partial<Timing>};
  readonly faults?: readonly Fault[];
  /** Faults that begin once the cloud has received an upload: those of the lookups of a lost one. */
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
  readonly ifExists?: 'reuse' | 'replace';
  readonly attempts?: number;
  readonly timeoutMs?: number;
  /** How far the service's clock is ahead of the runner's. */
  readonly serviceAheadMs?: number;
  /** Cancels the run at a time, or when the cloud has received a request of a kind. */
  readonly cancelAt?: number | RequestKind;
  /** A fault says secrets back: masking is the business of the action's own log. */
  readonly echoesSecrets?: boolean;
  /** The run's chance; by default the middle of every jitter. */
  readonly random?: () => number;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const IMAGE_NAME = 'gpu-image-v1.2.3';
/** A signed URL's query: as secret as the key. */
export const URL_SECRET = 'c2lnbmF0dXJlLW9mLXRoZS11cmw';

/** Unless a scene says otherwise: NEW for 10 s, RUNNING until 70 s, and the image active at 100 s. */
export const TIMING = {newMs: 10 * SECOND, runningMs: MINUTE, savingMs: 30 * SECOND};
export const FINISHED_AT_MS = TIMING.newMs + TIMING.runningMs;
export const READY_AT_MS = FINISHED_AT_MS + TIMING.savingMs;
export const TIMEOUT_MS = 2 * HOUR;
export const INTERVAL_MS = 5 * SECOND;
