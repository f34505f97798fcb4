import type {Credentials} from './s3-requests.ts';

/** How far the bucket of a run has got. The name is saved before the request that makes it, the URL before the one that publishes it. */
export type StagedBucket =
  | {readonly kind: 'none'}
  | {readonly kind: 'private'; readonly name: string}
  | {readonly kind: 'public'; readonly name: string; readonly url: string};

/** What it takes to remove everything that a run has made, in another process too. It can be written as JSON and holds no secret but the bucket's name. */
export interface StagingState {
  readonly storageId: number;
  /** The access keys of this run alone. */
  readonly accessKeyIds: readonly string[];
  readonly bucket: StagedBucket;
}

/** What the caller must do the moment that staging knows something. */
export interface StagingEvents {
  /** Called with the name of a bucket and the secret of a key, before anything else is done with them. */
  readonly mask: (secret: string) => void;
  /** Called with each new state, before the request that it tells of is sent, or as soon as its answer is there. */
  readonly save: (state: StagingState) => void;
  /** Called once this run has a key: `unstage` can use it in the same process. It is not to be written anywhere. */
  readonly keep: (credentials: Credentials) => void;
}
