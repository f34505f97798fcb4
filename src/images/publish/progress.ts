import type {Image} from '../../gcore/wire.ts';
import type {PublishEvents} from './context.ts';

/** The marker of the upload, if this publish sent it; and the import's tasks, one as a rule. */
interface KnownImport {
  readonly marker: string | undefined;
  readonly taskIds: readonly string[];
}

/** How far the publish of one image has got. Each stage tells all that is known by then. */
export type PublishProgress =
  | {readonly stage: 'not-sent'}
  /** The POST is about to be sent, or was sent: it may have had its effect. */
  | {readonly stage: 'sent'; readonly marker: string}
  /** An import is known: this upload's own, or an existing one that was joined. */
  | ({readonly stage: 'accepted'} & KnownImport)
  /** The import has ended, and which image it made is not known yet. */
  | ({readonly stage: 'import-ended'} & KnownImport)
  /** So is the image that it makes. */
  | ({readonly stage: 'image-known'; readonly imageId: string} & KnownImport)
  /** The image is ready, and it is to be proved that its file is the expected one. */
  | ({readonly stage: 'unverified'; readonly imageId: string} & KnownImport)
  /** The image is ready: what fails now, fails after that. */
  | ({readonly stage: 'ready'; readonly imageId: string} & KnownImport);

/** Follows one publish: remembers how far it has got, and tells the events, so that the two can never differ. */
export class ProgressRecorder {
  readonly #events: PublishEvents;
  #progress: PublishProgress = {stage: 'not-sent'};

  constructor(events: PublishEvents) {
    this.#events = events;
  }

  get progress(): PublishProgress {
    return this.#progress;
  }

  /** The POST is about to be sent. */
  sending(marker: string): void {
    // If the event fails, nothing was sent.
    this.#events.marked(marker);
    this.#progress = {stage: 'sent', marker};
  }

  /** Gcore accepted an import: this publish's own if `created`, else one that is joined, or none at all if an image is reused. */
  accepted(taskIds: readonly string[], {created}: {readonly created: boolean}): void {
    this.#progress = {stage: 'accepted', marker: markerOf(this.#progress), taskIds};
    this.#events.accepted(taskIds, {created});
  }

  importEnded(): void {
    this.#progress = {stage: 'import-ended', ...this.#import()};
  }

  imageKnown(imageId: string): void {
    this.#progress = {stage: 'image-known', imageId, ...this.#import()};
  }

  unverified(imageId: string): void {
    this.#progress = {stage: 'unverified', imageId, ...this.#import()};
  }

  ready(image: Image): void {
    this.#progress = {stage: 'ready', imageId: image.id, ...this.#import()};
    this.#events.ready(image);
  }

  #import(): KnownImport {
    const progress = this.#progress;
    return {marker: markerOf(progress), taskIds: 'taskIds' in progress ? progress.taskIds : []};
  }
}

/** The marker of the upload, once it is made; undefined for an import that was joined. */
export function markerOf(progress: PublishProgress): string | undefined {
  return 'marker' in progress ? progress.marker : undefined;
}
