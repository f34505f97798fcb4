import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {DeadlinePassed} from '../../waiting/poll.ts';
import {timeLeftMs} from '../../waiting/run.ts';
import {MARKER_TAG} from '../tags.ts';
import {ImportFailed} from '../wait/wait-for.ts';
import type {PublishContext, Published} from './context.ts';
import {type Decision, decide, type Existing, findExisting, NOTHING} from './find-existing.ts';
import {importImage, joinImport} from './import-image.ts';
import {PublishFailed, type PublishProgress} from './progress.ts';
import {deleteReplaced, reasonToKeep} from './replace.ts';

/**
 * Publishes an image: has Gcore import it, exactly once, and waits until it is ready.
 *
 * @throws PublishFailed, whatever went wrong
 */
export async function publishImage(context: PublishContext): Promise<Published> {
  const {spec, run} = context;
  for (let attempt = 1; ; attempt += 1) {
    const progress: PublishProgress = {};
    try {
      return await publishOnce(context, progress);
    } catch (error) {
      const again = error instanceof ImportFailed && attempt < spec.attempts && timeLeftMs(run) > 0;
      if (!again) throw new PublishFailed(error, progress, spec.ifExists);
      run.log.warning(
        `Import ${attempt} of ${spec.attempts} failed: ${error.message} (task ${error.taskId}). Trying again.`,
      );
    }
  }
}

async function publishOnce(context: PublishContext, progress: PublishProgress): Promise<Published> {
  const {spec, run} = context;
  const {serverTime, existing, decision} = await lookUp(context);
  if (timeLeftMs(run) === 0) throw new DeadlinePassed({state: undefined, elapsedMs: 0, failedPolls: 0});
  if (decision.kind === 'reuse') return reuse(decision.image, context);
  const published =
    decision.kind === 'join'
      ? await joinImport(context, decision.import, progress)
      : await importImage(context, serverTime, progress);
  const {image} = published;
  if (image === undefined) return published;
  await warnOfDuplicates(image, existing, progress, context);
  if (spec.ifExists === 'replace') await deleteReplaced(image, existing, context);
  return published;
}

interface Lookup {
  /** The service's own time, where it told. */
  readonly serverTime: Date | undefined;
  readonly existing: Existing;
  readonly decision: Decision;
}

/** Looks at what there is, and decides what is to be done about it. It fails a wrong key, project or region while nothing is at stake. */
async function lookUp({spec, gcore, run}: PublishContext): Promise<Lookup> {
  const {scope, upload, ifExists} = spec;
  const [serverTime, existing] = await Promise.all([
    gcore.probe(scope),
    ifExists === 'duplicate' ? NOTHING : findExisting(scope, upload, gcore),
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
export async function rehearse(context: PublishContext): Promise<string> {
  const {ifExists} = context.spec;
  try {
    const {existing, decision} = await lookUp(context);
    if (decision.kind === 'reuse') return `would reuse image ${decision.image.id}`;
    const replaced = ifExists === 'replace' ? existing.named.filter((old) => reasonToKeep(old) === undefined) : [];
    const then = replaced.length === 0 ? '' : `, then replace ${replaced.map(({id}) => id).join(', ')}`;
    if (decision.kind === 'upload') return `would upload${then}`;
    return `would wait for the import that is under way (${decision.import.taskId ?? decision.import.imageId})${then}`;
  } catch (error) {
    throw new PublishFailed(error, {}, ifExists);
  }
}

function reuse(image: Image, {run, events}: PublishContext): Published {
  run.log.info(`Image ${image.id} is the same and ready: nothing is uploaded.`);
  events.accepted([], {created: false});
  events.ready(image);
  return {taskIds: [], image, created: false};
}

/**
 * A POST that landed late, or another run at the same time, leaves a second image. It is reported, never deleted: only people know
 * what it is worth.
 */
async function warnOfDuplicates(
  image: Image,
  existing: Existing,
  {marker}: PublishProgress,
  {spec, gcore, run}: PublishContext,
): Promise<void> {
  let images: readonly Image[];
  try {
    images = await gcore.listImages(spec.scope);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(`Whether there is a second image by now could not be looked up: ${error.message}`);
    return;
  }
  const before = new Set(existing.named.map(({id}) => id));
  const isNew = ({id, name, isPublic, tags}: Image) =>
    id !== image.id &&
    ((marker !== undefined && tags.get(MARKER_TAG) === marker) ||
      (spec.ifExists !== 'duplicate' && name === image.name && !isPublic && !before.has(id)));
  const duplicates = images.filter(isNew).map(({id}) => id);
  if (duplicates.length === 0) return;
  run.log.warning(
    `More than one image came of this: besides ${image.id} there is ${duplicates.join(', ')}, by a lost upload or by another run at the same time. Delete what you do not need.`,
  );
}
