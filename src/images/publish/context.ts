import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Tags} from '../../text/tags.ts';
import type {Run} from '../../waiting/run.ts';
import type {ImageReady} from '../outcome.ts';
import type {IfExists} from './find-existing.ts';

/** The proof that the image's file is the one that the workflow expects. All regions share it. */
export interface Checksum {
  /**
   * Begins the proof, if it has not begun. Called before an import.
   *
   * @throws ExplainedError if the proof has failed: then nothing must be imported any more
   */
  begin(): void;
  /**
   * Waits for the proof, and notes on the image that it is verified. If the file is another one, the images that this step made are
   * deleted.
   *
   * @param markers of the step's own uploads
   * @returns the image as it is then
   * @throws ExplainedError, or the reason of a cancelled run
   */
  verify(ready: ImageReady, markers: ReadonlySet<string>, context: PublishContext): Promise<ImageReady>;
  /** What is known of the proof by now, for an error of something else; undefined if it has not begun or is done. */
  status(): string | undefined;
  /** Whether the file was read to its end, and is the expected one. */
  isRead(): boolean;
}

/** An image to publish in one region, as the inputs ask for it. */
export interface ImageSpec {
  readonly scope: Scope;
  /** What to ask Gcore for; the marker is added to its tags. */
  readonly upload: UploadRequest;
  /** Makes the URL to send, before each send, if a URL is valid for minutes only. Default: the upload's own. */
  readonly freshUrl?: (() => Promise<string>) | undefined;
  /** What the file must be proved to be; undefined if nothing is expected, or it is proved. */
  readonly checksum?: Checksum | undefined;
  /** The tags that the workflow itself gives, which an image that exists is to have as well. */
  readonly workflowTags: Tags;
  /** Whether an image that everyone can see is a failure. */
  readonly requirePrivate: boolean;
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
