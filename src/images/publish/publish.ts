import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {DeadlinePassed} from '../../waiting/poll.ts';
import {timeLeftMs} from '../../waiting/run.ts';
import {MARKER_TAG} from '../tags.ts';
import {ImportFailed} from '../wait/wait-for.ts';
import type {Publication, Published} from './context.ts';
import {type Decision, decide, type Existing, findExisting, NOTHING} from './find-existing.ts';
import {importImage, joinImport} from './import-image.ts';
import {PublishFailed, type Trail} from './progress.ts';
import {deleteReplaced, reasonToKeep} from './replace.ts';

/**
 * Publishes an image: has Gcore import it, exactly once, and waits until it is ready.
 *
 * @throws PublishFailed, whatever went wrong
 */
export async function publishImage(publication: Publication): Promise<Published> {
  const {order, run} = publication;
  for (let attempt = 1; ; attempt += 1) {
    const trail: Trail = {};
    try {
      return await publishOnce(publication, trail);
    } catch (error) {
      const again = error instanceof ImportFailed && attempt < order.attempts && timeLeftMs(run) > 0;
      if (!again) throw new PublishFailed(error, trail, order.ifExists);
      run.log.warning(
        `Import ${attempt} of ${order.attempts} failed: ${error.message} (task ${error.taskId}). Trying again.`,
      );
    }
  }
}

async function publishOnce(publication: Publication, trail: Trail): Promise<Published> {
  const {order, run} = publication;
  const {serverTime, existing, decision} = await survey(publication);
  if (timeLeftMs(run) === 0) throw new DeadlinePassed({state: undefined, elapsedMs: 0, failedLooks: 0});
  if (decision.kind === 'reuse') return reuse(decision.image, publication);
  const published =
    decision.kind === 'join'
      ? await joinImport(publication, decision.import, trail)
      : await importImage(publication, serverTime, trail);
  const {image} = published;
  if (image === undefined) return published;
  await warnOfTwins(image, existing, trail, publication);
  if (order.ifExists === 'replace') await deleteReplaced(image, existing, publication);
  return published;
}

interface Survey {
  /** The service's own time, where it told. */
  readonly serverTime: Date | undefined;
  readonly existing: Existing;
  readonly decision: Decision;
}

/** Looks at what there is, and decides what is to be done about it. It fails a wrong key, project or region while nothing is at stake. */
async function survey({order, gcore, run}: Publication): Promise<Survey> {
  const {place, upload, ifExists} = order;
  const [serverTime, existing] = await Promise.all([
    gcore.probe(place),
    ifExists === 'duplicate' ? NOTHING : findExisting(place, upload, gcore),
  ]);
  for (const {id, status} of existing.leftovers) {
    run.log.notice(
      `Image ${id} (${status}) is what is left of a failed import of the same name. It does not count as existing.`,
    );
  }
  return {serverTime, existing, decision: decide(existing, ifExists)};
}

/**
 * Finds out what publishing an image would come to, and changes nothing.
 *
 * @returns what would happen, in a few words
 * @throws PublishFailed where publishing would fail
 */
export async function rehearse(publication: Publication): Promise<string> {
  const {ifExists} = publication.order;
  try {
    const {existing, decision} = await survey(publication);
    if (decision.kind === 'reuse') return `would reuse image ${decision.image.id}`;
    const replaced = ifExists === 'replace' ? existing.named.filter((old) => reasonToKeep(old) === undefined) : [];
    const then = replaced.length === 0 ? '' : `, then replace ${replaced.map(({id}) => id).join(', ')}`;
    if (decision.kind === 'upload') return `would upload${then}`;
    return `would wait for the import that is under way (${decision.import.taskId ?? decision.import.imageId})${then}`;
  } catch (error) {
    throw new PublishFailed(error, {}, ifExists);
  }
}

function reuse(image: Image, {run, events}: Publication): Published {
  run.log.info(`Image ${image.id} is the same and ready: nothing is uploaded.`);
  events.accepted([], {created: false});
  events.ready(image);
  return {taskIds: [], image, created: false};
}

/**
 * A POST that landed late, or another run at the same time, leaves a second image. It is reported, never deleted: only people know
 * what it is worth.
 */
async function warnOfTwins(
  image: Image,
  existing: Existing,
  {marker}: Trail,
  {order, gcore, run}: Publication,
): Promise<void> {
  let images: readonly Image[];
  try {
    images = await gcore.listImages(order.place);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(`Whether there is a second image by now could not be looked up: ${error.message}`);
    return;
  }
  const before = new Set(existing.named.map(({id}) => id));
  const isNew = ({id, name, isPublic, tags}: Image) =>
    id !== image.id &&
    ((marker !== undefined && tags.get(MARKER_TAG) === marker) ||
      (order.ifExists !== 'duplicate' && name === image.name && !isPublic && !before.has(id)));
  const twins = images.filter(isNew).map(({id}) => id);
  if (twins.length === 0) return;
  run.log.warning(
    `More than one image came of this: besides ${image.id} there is ${twins.join(', ')}, by a lost upload or by another run at the same time. Delete what you do not need.`,
  );
}
