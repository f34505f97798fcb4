import {refusalIn} from '../../gcore/refusal.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import {DeadlinePassed, type Progress} from '../../waiting/poll.ts';
import {timeLeftMs} from '../../waiting/run.ts';
import {ImportFailed, ImportTimedOut} from '../errors.ts';
import {noteOnSame} from '../fingerprint.ts';
import type {ImageReady, ImportAccepted, PublishPlanned} from '../outcome.ts';
import {judgeReadiness} from '../readiness.ts';
import {MARKER_TAG} from '../tags.ts';
import type {Waiting} from '../wait/wait-for.ts';
import type {PublishContext} from './context.ts';
import {outdatedTags, updateTagsOf} from './current-tags.ts';
import {warnOfDuplicates, warnOfOtherImports} from './duplicates.ts';
import {explainPublish, type FailedImport} from './explain-publish.ts';
import {type Decision, decide, type Existing, findExisting, idOf} from './find-existing.ts';
import {importImage, joinImport} from './import-image.ts';
import {markerOf, ProgressRecorder} from './progress.ts';
import {deleteReplaced, whyNotReplaced} from './replace.ts';
import {checkVisibility} from './visibility.ts';

/** The progress of a wait that never began. */
const NOTHING_SEEN: Progress = {state: undefined, elapsedMs: 0, failedPolls: 0, lastFailure: undefined};

/**
 * Publishes an image in one region: has Gcore import it, exactly once, and waits until it is ready. An import that fails is
 * retried, with a new marker, as often as the spec says.
 *
 * @throws PublishFailed, whatever went wrong
 */
export async function publishImage(context: PublishContext): Promise<ImageReady | ImportAccepted> {
  const {spec, run, events} = context;
  const failedImports: FailedImport[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const recorder = new ProgressRecorder(events);
    try {
      return await publishOnce(context, recorder, failedImports);
    } catch (error) {
      const isFailedImport = error instanceof ImportFailed || error instanceof ImportTimedOut;
      if (!isFailedImport || isQuota(error) || attempt >= spec.attempts || timeLeftMs(run) === 0) {
        throw explainPublish(error, {progress: recorder.progress, failedImports}, spec.ifExists, spec.checksum);
      }
      const failed = failedImport(error, markerOf(recorder.progress));
      failedImports.push(failed);
      const tasks = failed.taskIds.map((id) => ` (task ${id})`).join('');
      const stillRuns = failed.mayRun ? ' It may still run, and leave a second image.' : '';
      run.log.warning(`Import ${attempt} of ${spec.attempts} failed: ${error.message}${tasks}.${stillRuns} Retrying.`);
    }
  }
}

async function publishOnce(
  context: PublishContext,
  recorder: ProgressRecorder,
  failedImports: readonly FailedImport[],
): Promise<ImageReady | ImportAccepted> {
  const {spec, run} = context;
  const {existing, decision} = await lookUp(context, failedImports);
  // The lookups may have taken all the time: nothing is sent that could not be waited for.
  if (timeLeftMs(run) === 0) throw new DeadlinePassed(NOTHING_SEEN);
  if (decision.kind !== 'reuse') spec.checksum?.begin();
  const outcome =
    decision.kind === 'reuse'
      ? reuse(decision.image, failedImports, context, recorder)
      : decision.kind === 'join'
        ? await joinImport(context, decision.import, recorder)
        : await importImage(context, existing.baseline, recorder);
  if (outcome.kind === 'accepted') {
    const marker = markerOf(recorder.progress);
    if (outcome.created) await warnOfOtherImports({taskIds: outcome.taskIds, marker}, existing.baseline, context);
    return outcome;
  }
  const proved = await verified(outcome, failedImports, context, recorder);
  if (proved.kind !== 'reused')
    await warnOfDuplicates(proved.image, existing.baseline, ownMarkers(recorder, failedImports), context);
  const asked = await asAskedFor(proved, context, recorder);
  if (spec.ifExists === 'replace') await deleteReplaced(asked.image, existing, context);
  return asked;
}

interface Lookup {
  readonly existing: Existing;
  readonly decision: Decision;
}

/** Reads what exists and decides what to do. A wrong key, project or region fails here, before anything is sent. */
async function lookUp({spec, gcore, run}: PublishContext, failedImports: readonly FailedImport[]): Promise<Lookup> {
  const {scope, upload, ifExists, intervalMs} = spec;
  const failedTaskIds = new Set(failedImports.flatMap(({taskIds}) => taskIds));
  const waiting: Waiting = {gcore, run, intervalMs, ifMissing: 'just-made'};
  const existing = await findExisting({scope, upload, failedTaskIds, waiting});
  for (const {id, status} of existing.leftovers) {
    run.log.notice(
      `Image ${id} (${status}) is left from a failed import of the same name. It does not count as existing.`,
    );
  }
  const own = findOwn(existing, failedImports);
  const decision: Decision = own === undefined ? decide(existing, ifExists) : {kind: 'reuse', image: own};
  return {existing, decision};
}

/** The image of an import that was given up too early, and is ready by now: it is what was asked for, whatever `if-exists` says. */
function findOwn({named}: Existing, failedImports: readonly FailedImport[]): Image | undefined {
  const markers = failedImports.map(({marker}) => marker);
  return named.find((image) => {
    const marker = image.tags.get(MARKER_TAG);
    return marker !== undefined && markers.includes(marker) && judgeReadiness(image).kind === 'ready';
  });
}

function reuse(
  image: Image,
  failedImports: readonly FailedImport[],
  {spec, run}: PublishContext,
  recorder: ProgressRecorder,
): ImageReady {
  const own = failedImports.find(({marker}) => marker !== undefined && marker === image.tags.get(MARKER_TAG));
  if (own !== undefined) {
    run.log.info(`Image ${image.id}, from an import of this step that was given up, is ready by now.`);
    recorder.accepted(own.taskIds, {created: true});
    return {kind: 'published', image, taskIds: own.taskIds};
  }
  const note = noteOnSame(image, spec.upload);
  if (note !== undefined) run.log.info(note);
  run.log.info(`Image ${image.id} is the same and ready: nothing is uploaded.`);
  recorder.accepted([], {created: false});
  return {kind: 'reused', image, taskIds: []};
}

/** An image is only ready once its file is proved, if that is asked for: until then, no output names it. */
async function verified(
  outcome: ImageReady,
  failedImports: readonly FailedImport[],
  context: PublishContext,
  recorder: ProgressRecorder,
): Promise<ImageReady> {
  const {checksum} = context.spec;
  recorder.unverified(outcome.image.id);
  const proved = (await checksum?.verify(outcome, ownMarkers(recorder, failedImports), context)) ?? outcome;
  recorder.ready(proved.image);
  return proved;
}

/** The markers of all uploads of this publish. */
function ownMarkers({progress}: ProgressRecorder, failedImports: readonly FailedImport[]): ReadonlySet<string> {
  const markers = [markerOf(progress), ...failedImports.map(({marker}) => marker)];
  return new Set(markers.filter((marker) => marker !== undefined));
}

/**
 * Holds a ready image to what the workflow asks for besides its content: who may see it, and the tags, if an earlier run uploaded it.
 *
 * @returns the image as it is then, as the outputs have it
 */
async function asAskedFor(
  outcome: ImageReady,
  context: PublishContext,
  recorder: ProgressRecorder,
): Promise<ImageReady> {
  checkVisibility(outcome.image, context);
  if (outcome.kind === 'published') return outcome;
  const image = await updateTagsOf(outcome.image, context);
  if (image !== outcome.image) recorder.ready(image);
  return {...outcome, image};
}

/** A quota that is used up stays used up. */
function isQuota(error: Error): boolean {
  return error instanceof ImportFailed && refusalIn(error.message) === 'quota';
}

function failedImport(error: ImportFailed | ImportTimedOut, marker: string | undefined): FailedImport {
  const isOver = error instanceof ImportFailed;
  return {taskIds: isOver ? [error.taskId] : error.importIds.taskIds, mayRun: !isOver, marker};
}

/**
 * Finds out what publishing an image would do, and changes nothing.
 *
 * @throws PublishFailed if publishing would fail
 */
export async function planPublish(context: PublishContext): Promise<PublishPlanned> {
  const {ifExists} = context.spec;
  try {
    const {existing, decision} = await lookUp(context, []);
    const then = ifExists === 'replace' ? replacePlan(existing, context) : '';
    switch (decision.kind) {
      case 'reuse': {
        checkVisibility(decision.image, context);
        const keys = Object.keys(outdatedTags(decision.image, context.spec)).map((key) => inert(key, 100));
        const tags = keys.length === 0 ? '' : `, and bring its tags up to date (${keys.join(', ')})`;
        return {kind: 'planned', plan: `would reuse image ${decision.image.id}${tags}`};
      }
      case 'join':
        return {kind: 'planned', plan: `would wait for the existing import (${idOf(decision.import)})${then}`};
      case 'upload':
        return {kind: 'planned', plan: `would upload${then}`};
    }
  } catch (error) {
    throw explainPublish(error, {progress: {stage: 'not-sent'}, failedImports: []}, ifExists);
  }
}

/** What would become of the images of the name, once the new one is ready. */
function replacePlan({named}: Existing, {spec}: PublishContext): string {
  const reasons = named.map((old) => ({id: old.id, why: whyNotReplaced(old, spec)}));
  const replaced = reasons.filter(({why}) => why === undefined).map(({id}) => id);
  const stays = reasons.filter(({why}) => why !== undefined);
  return [
    ...(replaced.length === 0 ? [] : [`, then replace ${replaced.join(', ')}`]),
    ...stays.map(({id, why}) => `; image ${id} of this name stays: ${why}`),
  ].join('');
}
