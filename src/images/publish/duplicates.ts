import type {RawRow} from '../../gcore/gcore.ts';
import {mayRetry, RequestError} from '../../gcore/request-error.ts';
import type {Image, Task} from '../../gcore/wire.ts';
import {retry} from '../../waiting/retry.ts';
import {hasOtherProperties, mentionsUpload} from '../fingerprint.ts';
import {isForeign, MARKER_TAG} from '../tags.ts';
import type {Baseline} from './baseline.ts';
import type {PublishContext} from './context.ts';

/** An import that Gcore accepted a moment ago. */
export interface AcceptedImport {
  readonly taskIds: readonly string[];
  readonly marker: string | undefined;
}

/**
 * Looks once, right after an import was accepted that nobody waits for, for a second one of the same image: another run may have started
 * it at the same time. It is reported and never stopped.
 *
 * @throws only the reason of a cancelled run
 */
export async function warnOfOtherImports(
  accepted: AcceptedImport,
  before: Baseline,
  {spec, gcore, run}: PublishContext,
): Promise<void> {
  const {scope, upload, ifExists} = spec;
  if (ifExists === 'duplicate') return;
  const isTaskCandidate = ({text}: RawRow) => mentionsUpload(text, upload);
  const [images, tasks] = await Promise.allSettled([
    gcore.pollImages(scope, ({name}) => name === upload.name),
    gcore.pollRecentTasks(scope, isTaskCandidate),
  ]);
  run.cancelled.throwIfAborted();
  if (images.status === 'rejected') {
    if (!(images.reason instanceof RequestError)) throw images.reason;
    run.log.warning(`Whether there is a second image by now could not be looked up: ${images.reason.message}`);
    return;
  }
  const newImages = images.value.filter(isNewIn(before, spec));
  const own = ownImage(newImages, accepted);
  const others = newImages.filter((image) => image !== own);
  const known = new Set([...accepted.taskIds, ...others.flatMap(({createdBy, lockedBy}) => [createdBy, lockedBy])]);
  // A key may not be allowed to list tasks: the images tell enough then.
  const otherTasks = (tasks.status === 'fulfilled' ? tasks.value : []).filter(
    (task) => !known.has(task.id) && !before.taskIds.has(task.id) && isRunning(task) && mentions(task, spec),
  );
  const found = [...others.map(({id}) => `image ${id}`), ...otherTasks.map(({id}) => `task ${id}`)];
  if (found.length === 0) return;
  run.log.warning(
    `There is more than one import of this image: besides task ${accepted.taskIds.join(', ')} there is ${found.join(', ')}, from another run at the same time. Delete what you do not need once it is ready.`,
  );
}

/**
 * Looks once, when the image is ready, for a duplicate: an upload that was taken for lost and arrived late, or another run at the same
 * time, leaves one. It is reported and never deleted: only its owner knows whether something uses it.
 *
 * @param markers of all uploads of this publish
 * @throws only the reason of a cancelled run
 */
export async function warnOfDuplicates(
  image: Image,
  before: Baseline,
  markers: ReadonlySet<string | undefined>,
  {spec, gcore, run}: PublishContext,
): Promise<void> {
  let images: readonly Image[];
  try {
    const list = () => gcore.pollImages(spec.scope, ({name}) => name === image.name);
    images = await retry(list, {attempts: 3, shouldRetry: mayRetry}, run);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(`Whether there is a duplicate by now could not be looked up: ${error.message}`);
    return;
  }
  const isNew = spec.ifExists === 'duplicate' ? () => false : isNewIn(before, spec);
  const isDuplicate = (other: Image) =>
    other.id !== image.id && (markers.has(other.tags.get(MARKER_TAG)) || isNew(other));
  const duplicates = images.filter(isDuplicate).map(({id}) => id);
  if (duplicates.length === 0) return;
  run.log.warning(
    `There is more than one image of this upload: besides ${image.id} there is ${duplicates.join(', ')}, from a lost upload or from another run at the same time. Delete what you do not need.`,
  );
}

/** Whether an image is one that the upload would make, and was not there before it. */
function isNewIn(before: Baseline, {scope, upload}: PublishContext['spec']): (image: Image) => boolean {
  return (image) =>
    image.name === upload.name &&
    !before.imageIds.has(image.id) &&
    !isForeign(image, scope.projectId) &&
    !hasOtherProperties(image, upload);
}

/** The image of the accepted import, if its row is there: some services show tags only once an image is imported. */
function ownImage(images: readonly Image[], {taskIds, marker}: AcceptedImport): Image | undefined {
  return (
    images.find(({tags}) => tags.get(MARKER_TAG) === marker) ??
    images.find(({createdBy, lockedBy}) =>
      [createdBy, lockedBy].some((id) => id !== undefined && taskIds.includes(id)),
    ) ??
    images.find(({tags}) => !tags.has(MARKER_TAG))
  );
}

function isRunning({state}: Task): boolean {
  return state !== 'FINISHED' && state !== 'ERROR';
}

function mentions({data}: Task, {upload}: PublishContext['spec']): boolean {
  return mentionsUpload(JSON.stringify(data ?? {}), upload);
}
