import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import type {IfExists} from './find-existing.ts';

/** One image to publish, in one place. */
export interface ImageSpec {
  readonly scope: Scope;
  /** What to ask Gcore for; the marker is added to its tags. */
  readonly upload: UploadRequest;
  /** Makes a URL to be sent in place of the upload's own, before each send, where such a URL is good for minutes only. */
  readonly freshUrl?: (() => Promise<string>) | undefined;
  /** What to do where an image of the name is there already. */
  readonly ifExists: IfExists;
  /** Whether to wait until the image is ready, or only until Gcore has taken the import on. */
  readonly wait: boolean;
  /** Imports that are tried in all where Gcore's own task ends in ERROR. */
  readonly attempts: number;
  /** The longest usual gap between polls, in milliseconds. */
  readonly intervalMs: number;
}

/** What is told as soon as it is known, so that it outlives a step that is killed the moment after. */
export interface PublishEvents {
  /** The marker of the upload that is about to be sent. */
  marked(marker: string): void;
  /** Gcore has taken the import on, for this run or for an earlier one. */
  accepted(taskIds: readonly string[], import_: {readonly created: boolean}): void;
  /** The image can boot a machine. */
  ready(image: Image): void;
}

/** Where a publish got to. */
export interface Published {
  /** The tasks of the import. */
  readonly taskIds: readonly string[];
  /** The image, ready to boot a machine; undefined where it was not waited for. */
  readonly image: Image | undefined;
  /** Whether this run uploaded it. */
  readonly created: boolean;
}

/** An order, and what it takes to carry it out. */
export interface PublishContext {
  readonly spec: ImageSpec;
  readonly gcore: Gcore;
  readonly run: Run;
  readonly events: PublishEvents;
}
