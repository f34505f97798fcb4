import type {Gcore, RawRow, Scope, UploadRequest} from '../../gcore/gcore.ts';
import type {Image, Task} from '../../gcore/wire.ts';
import type {Run} from '../../waiting/run.ts';
import {MARKER_TAG} from '../tags.ts';
import type {Baseline} from './baseline.ts';

/** What one lookup for a lost upload found. */
export interface UploadLookup {
  /** Tasks and images that carry the marker. */
  readonly tasks: readonly Task[];
  readonly images: readonly Image[];
  /** Images of the name that are new and carry no marker at all: one may be the upload's, or another's. */
  readonly newImages: readonly Image[];
  /** Tasks that are new, carry no marker, and ask for the same name and URL, or do not tell what they were asked for. */
  readonly newTasks: readonly Task[];
  /** Why reads failed. While there are any, "not found" does not mean "not there". */
  readonly failures: readonly unknown[];
}

/** The upload that is searched for. */
export interface LostUpload {
  readonly scope: Scope;
  /** As it was sent; the marker is among its tags. */
  readonly upload: UploadRequest;
  /** What existed before it was sent. */
  readonly before: Baseline;
  readonly gcore: Gcore;
  readonly run: Run;
}

/**
 * Looks once for what an upload may have made: images by their marker and name, and tasks by what they were asked to do. That is
 * not documented, so it is searched as text. Each read is a single attempt: the next lookup is its retry.
 *
 * @throws only the reason of a cancelled run
 */
export async function findUpload({scope, upload, before, gcore, run}: LostUpload): Promise<UploadLookup> {
  const marker = JSON.stringify(upload.tags[MARKER_TAG]);
  const isCandidate = ({name, text}: RawRow) => name === upload.name || text.includes(marker);
  const [images, tasks] = await Promise.allSettled([
    gcore.pollImages(scope, isCandidate),
    gcore.pollRecentTasks(scope, isCandidate),
  ]);
  run.cancelled.throwIfAborted();
  const allImages = images.status === 'fulfilled' ? images.value : [];
  const allTasks =
    tasks.status === 'fulfilled' ? tasks.value.map((task) => ({task, text: JSON.stringify(task.data ?? {})})) : [];
  return {
    images: allImages.filter(({tags}) => tags.get(MARKER_TAG) === upload.tags[MARKER_TAG]),
    tasks: allTasks.filter(({text}) => text.includes(marker)).map(({task}) => task),
    newImages: allImages.filter(
      // Another marker is proof of another upload.
      ({id, name, tags}) => name === upload.name && !before.imageIds.has(id) && !tags.has(MARKER_TAG),
    ),
    newTasks: allTasks
      .filter(({task, text}) => !before.taskIds.has(task.id) && mayBeUpload(task, text, upload))
      .map(({task}) => task),
    failures: [images, tasks].flatMap((read) => (read.status === 'rejected' ? [read.reason] : [])),
  };
}

/** Whether a task without the upload's marker may be the upload all the same. */
function mayBeUpload({type, data}: Task, text: string, upload: UploadRequest): boolean {
  if (text.includes(MARKER_TAG)) return false;
  if (text.includes(JSON.stringify(upload.url)) && text.includes(JSON.stringify(upload.name))) return true;
  const isOtherWork = type !== undefined && (!/image/i.test(type) || /delete/i.test(type));
  return isUnreadable(data) && !isOtherWork;
}

/** A task that does not tell what it was asked for. */
function isUnreadable(data: unknown): boolean {
  return typeof data !== 'object' || data === null || Object.keys(data).length === 0;
}
