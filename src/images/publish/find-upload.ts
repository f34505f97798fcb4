import type {Gcore, Scope, UploadRequest} from '../../gcore/gcore.ts';
import type {Image, Task} from '../../gcore/wire.ts';
import {MARKER_TAG} from '../tags.ts';

/** What one look for an upload saw. */
export interface UploadLookup {
  /** Tasks and images that bear the marker. */
  readonly tasks: readonly Task[];
  readonly images: readonly Image[];
  /** Tasks that ask for the same name and URL and bear no marker at all: they may be the upload, or another's. */
  readonly ambiguousTasks: readonly Task[];
  /** Why reads failed. While there are any, "not seen" does not mean "not there". */
  readonly failures: readonly unknown[];
}

/**
 * Looks once for what an upload may have made: images by their marker, tasks by what they were asked to do, which is
 * undocumented and therefore searched as text.
 *
 * @param since how far back tasks are looked at, by the service's time; undefined: all of them
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
  const seenTasks =
    tasks.status === 'fulfilled' ? tasks.value.map((task) => ({task, data: JSON.stringify(task.data ?? {})})) : [];
  return {
    images: images.status === 'fulfilled' ? images.value.filter(({tags}) => tags.get(MARKER_TAG) === marker) : [],
    tasks: seenTasks.filter(({data}) => data.includes(JSON.stringify(marker))).map(({task}) => task),
    ambiguousTasks: seenTasks
      .filter(({data}) => !data.includes(MARKER_TAG) && data.includes(JSON.stringify(upload.url)))
      .filter(({data}) => data.includes(JSON.stringify(upload.name)))
      .map(({task}) => task),
    failures: [images, tasks].flatMap((read) => (read.status === 'rejected' ? [read.reason] : [])),
  };
}
