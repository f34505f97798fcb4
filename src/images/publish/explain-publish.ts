import {RunnerFailed} from '../../errors.ts';
import {RequestError} from '../../gcore/request-error.ts';
import {ImageFailed, ImportFailed, NoSourceUrl, PublishFailed} from '../errors.ts';
import {explainFailure} from '../explain.ts';
import {MARKER_TAG} from '../tags.ts';
import type {IfExists} from './find-existing.ts';
import type {PublishProgress} from './progress.ts';

/** Adds to a failure what the publish knows by then: what exists in the cloud now, and how to resume. */
export function explainPublish(error: unknown, progress: PublishProgress, ifExists: IfExists): PublishFailed {
  const importMayRun = mayRun(error, progress);
  const {what, known, next, cause} = explainFailure(error, {
    known: knownLines(progress, error, importMayRun),
    resume: resumeAdvice(progress, error, ifExists),
  });
  return new PublishFailed(what, {known, ...(next === undefined ? {} : {next}), cause, importMayRun});
}

function mayRun(error: unknown, progress: PublishProgress): boolean {
  if (error instanceof ImportFailed || error instanceof ImageFailed) return false;
  return !isNothingUploaded(progress, error) && progress.stage !== 'ready';
}

/** Nothing was sent, or what was sent surely had no effect. */
function isNothingUploaded({stage}: PublishProgress, error: unknown): boolean {
  if (stage === 'not-sent') return true;
  return stage === 'sent' && (error instanceof RequestError || error instanceof NoSourceUrl);
}

function knownLines(progress: PublishProgress, error: unknown, importMayRun: boolean): readonly string[] {
  if (progress.stage === 'not-sent' || isNothingUploaded(progress, error)) return ['Nothing was uploaded.'];
  const {marker} = progress;
  const markerLines = marker === undefined ? [] : [`The upload is marked ${MARKER_TAG}=${marker}.`];
  if (progress.stage === 'sent') return markerLines;
  const stillRuns = importMayRun ? ' Gcore cannot cancel a task: the import goes on in the cloud.' : '';
  const taskLines = progress.taskIds.map((id) => `Task ${id} is the import.${stillRuns}`);
  return [...taskLines, ...imageLines(progress), ...markerLines];
}

function imageLines(progress: PublishProgress): readonly string[] {
  if (progress.stage === 'image-known') return [`Image ${progress.imageId} is what it made.`];
  return progress.stage === 'ready' ? [`Image ${progress.imageId} is what it made, and it is ready.`] : [];
}

function resumeAdvice(progress: PublishProgress, error: unknown, ifExists: IfExists): string {
  if (progress.stage === 'not-sent' || isNothingUploaded(progress, error)) return 'Run this job again.';
  if (progress.stage === 'ready') {
    return `Use the image as it is${error instanceof RunnerFailed ? '' : ': the outputs name it'}.`;
  }
  const handle = gateInputFor(progress);
  if (handle === undefined) {
    return `Look in the Gcore portal for an image with the tag ${MARKER_TAG}=${progress.marker} before you run this job again.`;
  }
  return ifExists === 'reuse' || ifExists === 'replace'
    ? 'Run this job again: it finds this import and waits for it, and starts no second one.'
    : `Wait for it with this action's "wait" and ${handle}: this job, run again, would start a second import.`;
}

/** The input of the gate that names the import, with its value. */
function gateInputFor(progress: PublishProgress): string | undefined {
  const [taskId] = 'taskIds' in progress ? progress.taskIds : [];
  if (taskId !== undefined) return `task-id ${taskId}`;
  return 'imageId' in progress ? `image-id ${progress.imageId}` : undefined;
}
