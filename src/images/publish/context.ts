import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import type {IfExists} from './find-existing.ts';

/** An image to publish in one region, as the inputs ask for it. */
export interface ImageSpec {
  readonly scope: Scope;
  /** What to ask Gcore for; the marker is added to its tags. */
  readonly upload: UploadRequest;
  /** Makes the URL to send, before each send, if a URL is valid for minutes only. Default: the upload's own. */
  readonly freshUrl?: (() => Promise<string>) | undefined;
  /** What to do if an image of the name exists. */
  readonly ifExists: IfExists;
  /** Whether to wait until the image is ready, or only until Gcore has accepted the import. */
  readonly wait: boolean;
  /** How many imports are tried in all while they fail. */
  readonly attempts: number;
  /** How long one import may take, in milliseconds; then it counts as failed. Default: as long as the step. */
  readonly regionTimeoutMs?: number | undefined;
  /** The longest usual gap between polls, in milliseconds. */
  readonly intervalMs: number;
}

/** Called as soon as something is known, so that it outlives a step that is killed a moment later. */
export interface PublishEvents {
  /** An upload with this marker is about to be sent. */
  marked(marker: string): void;
  /** Gcore accepted the import, of this run or of an earlier one. */
  accepted(taskIds: readonly string[], import_: {readonly created: boolean}): void;
  /** The image can boot a machine. */
  ready(image: Image): void;
}

/** What one region's publish needs. */
export interface PublishContext {
  readonly spec: ImageSpec;
  readonly gcore: Gcore;
  readonly run: Run;
  readonly events: PublishEvents;
}
