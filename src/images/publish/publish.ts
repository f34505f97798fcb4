import {refusalIn} from '../../gcore/refusal.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image} from '../../gcore/wire.ts';
import {DeadlinePassed, type Progress} from '../../waiting/poll.ts';
import {timeLeftMs} from '../../waiting/run.ts';
import {ImportFailed} from '../errors.ts';
import {noteOnSame} from '../fingerprint.ts';
import type {ImageReady, ImportAccepted, PublishPlanned} from '../outcome.ts';
import {isForeign, MARKER_TAG} from '../tags.ts';
import type {PublishContext} from './context.ts';
import {explainPublish} from './explain-publish.ts';
import {type Decision, decide, type Existing, findExisting, NOTHING} from './find-existing.ts';
import {importImage, joinImport} from './import-image.ts';
import {markerOf, ProgressRecorder} from './progress.ts';
import {deleteReplaced, reasonToKeep} from './replace.ts';

/** The progress of a wait that never began. */
const NOTHING_SEEN: Progress = {state: undefined, elapsedMs: 0, failedPolls: 0, lastFailure: undefined};

/**
 * Publishes an image in one region: has Gcore import it, exactly once, and waits until it is ready. An import that ends in ERROR is
 * retried, with a new marker, as often as the spec says.
 *
 * @throws PublishFailed, whatever went wrong
 */
export async function publishImage(context: PublishContext): Promise<ImageReady | ImportAccepted> {
  const {spec, run, events} = context;
  for (let attempt = 1; ; attempt += 1) {
    const recorder = new ProgressRecorder(events);
    try {
      return await publishOnce(context, recorder);
    } catch (error) {
      const mayRetry = mayPass(error) && attempt < spec.attempts && timeLeftMs(run) > 0;
      if (!mayRetry) throw explainPublish(error, recorder.progress, spec.ifExists);
      run.log.warning(
        `Import ${attempt} of ${spec.attempts} failed: ${error.message} (task ${error.taskId}). Retrying.`,
      );
    }
  }
}

/** A quota that is used up stays used up. */
function mayPass(error: unknown): error is ImportFailed {
  return error instanceof ImportFailed && refusalIn(error.message) !== 'quota';
}

/**
 * Finds out what publishing an image would do, and changes nothing.
 *
 * @throws PublishFailed if publishing would fail
 */
export async function planPublish(context: PublishContext): Promise<PublishPlanned> {
  const {ifExists} = context.spec;
  try {
    const {existing, decision} = await lookUp(context);
    const replaced =
      ifExists === 'replace' ? existing.named.filter((old) => reasonToKeep(old, context.spec.scope) === undefined) : [];
    const then = replaced.length === 0 ? '' : `, then replace ${replaced.map(({id}) => id).join(', ')}`;
    switch (decision.kind) {
      case 'reuse':
        return {kind: 'planned', plan: `would reuse image ${decision.image.id}`};
      case 'join': {
        const {taskId, imageId} = decision.import;
        return {kind: 'planned', plan: `would wait for the existing import (${taskId ?? imageId})${then}`};
      }
      case 'upload':
        return {kind: 'planned', plan: `would upload${then}`};
    }
  } catch (error) {
    throw explainPublish(error, {stage: 'not-sent'}, ifExists);
  }
}

async function publishOnce(context: PublishContext, recorder: ProgressRecorder): Promise<ImageReady | ImportAccepted> {
  const {spec, run} = context;
  const {serverTime, existing, decision} = await lookUp(context);
  // The lookups may have taken all the time: nothing is sent that could not be waited for.
  if (timeLeftMs(run) === 0) throw new DeadlinePassed(NOTHING_SEEN);
  if (decision.kind === 'reuse') return reuse(decision.image, context, recorder);
  const outcome =
    decision.kind === 'join'
      ? await joinImport(context, decision.import, recorder)
      : await importImage(context, serverTime, recorder);
  if (outcome.kind === 'accepted') return outcome;
  await warnOfDuplicates(outcome.image, existing, markerOf(recorder.progress), context);
  if (spec.ifExists === 'replace') await deleteReplaced(outcome.image, existing, context);
  return outcome;
}

interface Lookup {
  /** The service's own time, if it told. */
  readonly serverTime: Date | undefined;
  readonly existing: Existing;
  readonly decision: Decision;
}

/** Reads what exists and decides what to do. A wrong key, project or region fails here, before anything is sent. */
async function lookUp({spec, gcore, run}: PublishContext): Promise<Lookup> {
  const {scope, upload, ifExists} = spec;
  const [serverTime, existing] = await Promise.all([
    gcore.probe(scope),
    ifExists === 'duplicate' ? NOTHING : findExisting(scope, upload, gcore),
  ]);
  for (const {id, status} of existing.leftovers) {
    run.log.notice(
      `Image ${id} (${status}) is left from a failed import of the same name. It does not count as existing.`,
    );
  }
  return {serverTime, existing, decision: decide(existing, ifExists)};
}

function reuse(image: Image, {spec, run}: PublishContext, recorder: ProgressRecorder): ImageReady {
  const note = noteOnSame(image, spec.upload);
  if (note !== undefined) run.log.info(note);
  run.log.info(`Image ${image.id} is the same and ready: nothing is uploaded.`);
  recorder.accepted([], {created: false});
  recorder.ready(image);
  return {kind: 'reused', image, taskIds: []};
}

/**
 * An upload that was taken for lost and arrived late, or another run at the same time, leaves a duplicate. It is reported and never
 * deleted: only its owner knows whether something uses it.
 */
async function warnOfDuplicates(
  image: Image,
  existing: Existing,
  marker: string | undefined,
  {spec, gcore, run}: PublishContext,
): Promise<void> {
  let images: readonly Image[];
  try {
    images = await gcore.listImages(spec.scope);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(`Whether there is a duplicate by now could not be looked up: ${error.message}`);
    return;
  }
  const before = new Set(existing.named.map(({id}) => id));
  const isDuplicate = (other: Image) =>
    other.id !== image.id &&
    ((marker !== undefined && other.tags.get(MARKER_TAG) === marker) ||
      (spec.ifExists !== 'duplicate' &&
        other.name === image.name &&
        !isForeign(other, spec.scope.projectId) &&
        !before.has(other.id)));
  const duplicates = images.filter(isDuplicate).map(({id}) => id);
  if (duplicates.length === 0) return;
  run.log.warning(
    `There is more than one image of this upload: besides ${image.id} there is ${duplicates.join(', ')}, from a lost upload or from another run at the same time. Delete what you do not need.`,
  );
}
