import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import type {Image, Task} from '../../gcore/wire.ts';
import {MARKER_TAG} from '../tags.ts';

/** What one lookup for a lost upload found. */
export interface UploadLookup {
  /** Tasks and images that carry the marker. */
  readonly tasks: readonly Task[];
  readonly images: readonly Image[];
  /** Tasks that ask for the same name and URL and carry no marker at all: one may be the upload, or another's. */
  readonly ambiguousTasks: readonly Task[];
  /** Why reads failed. While there are any, "not found" does not mean "not there". */
  readonly failures: readonly unknown[];
}

/**
 * Looks once for what an upload may have made: images by their marker, and tasks by what they were asked to do. That is not
 * documented, so it is searched as text.
 *
 * @param since tasks made before this time, by the service's clock, are left out; undefined: none are
 * @throws only the reason of a cancelled run
 */
export async function findUpload(
  scope: Scope,
  upload: UploadRequest,
  since: Date | undefined,
  gcore: Gcore,
  cancelled: AbortSignal,
): Promise<UploadLookup> {
  const [images, tasks] = await Promise.allSettled([gcore.listImages(scope), gcore.listTasks(scope, since)]);
  cancelled.throwIfAborted();
  const marker = upload.tags[MARKER_TAG];
  const tasksWithText =
    tasks.status === 'fulfilled' ? tasks.value.map((task) => ({task, text: JSON.stringify(task.data ?? {})})) : [];
  return {
    images: images.status === 'fulfilled' ? images.value.filter(({tags}) => tags.get(MARKER_TAG) === marker) : [],
    tasks: tasksWithText.filter(({text}) => text.includes(JSON.stringify(marker))).map(({task}) => task),
    ambiguousTasks: tasksWithText
      // Another marker is proof of another upload.
      .filter(({text}) => !text.includes(MARKER_TAG) && text.includes(JSON.stringify(upload.url)))
      .filter(({text}) => text.includes(JSON.stringify(upload.name)))
      .map(({task}) => task),
    failures: [images, tasks].flatMap((read) => (read.status === 'rejected' ? [read.reason] : [])),
  };
}
