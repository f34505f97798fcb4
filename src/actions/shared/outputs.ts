import {type ExplainedError, RunnerFailed} from '../../errors.ts';
import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {explainFailure, NOTHING_CHANGED} from '../../images/explain.ts';
import type {AskedRegion, RegionRef} from '../../images/regions.ts';
import {showable} from '../../runner/log.ts';
import {saveState, setOutput} from '../../runner/outputs.ts';
import type {Secrets} from '../../runner/secrets.ts';
import type {RegionEntry} from './images-output.ts';

/** Outputs about the first region's image. */
export const IMAGE_OUTPUTS = ['image-id', 'image-size', 'image-name', 'image-status', 'task-id', 'image'] as const;
/** Outputs about all regions. */
export const REGION_OUTPUTS = ['images', 'ready-images', 'failed-regions'] as const;

type Output = (typeof IMAGE_OUTPUTS)[number] | (typeof REGION_OUTPUTS)[number] | 'created' | 'sha256' | 'ready';

/** The outputs of a step that works on one image in each of one or more regions. */
export interface Outputs {
  /** Adds to a region's entry. */
  learn(scope: Scope, entry: RegionEntry): void;
  /** Adds an image that is ready to a region's entry. */
  ready(scope: Scope, image: Image): void;
  /** Adds why a region failed. The rest of its entry stays. */
  failed(scope: RegionRef, error: ExplainedError): void;
  /** The output `images` as it is now, without regions that cannot be found. */
  imagesOfFoundRegions(): string;
  /** The task of a region's import, if it is known. */
  taskId(scope: RegionRef): string | undefined;
  /** Sets an output of the step as a whole. */
  set(name: Output, value: string | number | boolean): void;
  /** Keeps a value in the step's state: the last trace of a step that was killed. */
  remember(name: string, value: string): void;
}

/**
 * Writes outputs the moment they are known: the runner reads its files even after it has killed the step (actions/runner,
 * ActionRunner.cs), so later steps have what was written until then.
 *
 * Outputs are data and are not redacted; only the texts of errors in them are.
 *
 * @throws RunnerFailed from every method but `failed` if the runner's file cannot be written
 */
export function createOutputs(regions: readonly AskedRegion[], secrets: Secrets): Outputs {
  const entries = new Map<RegionRef['regionId'], RegionEntry>(
    regions.map(({scope: {regionId, regionName}, isOptional}) => [
      regionId,
      {region: regionName, ...(isOptional ? {optional: true} : {})},
    ]),
  );
  const missing = new Set(regions.flatMap((region) => ('error' in region ? [region.scope.regionId] : [])));
  const isFirst = ({regionId}: RegionRef) => regionId === regions[0]?.scope.regionId;
  const set: Outputs['set'] = setOutput;
  const images = (of = [...entries]) => JSON.stringify(Object.fromEntries(of));

  const learn = (scope: RegionRef, entry: RegionEntry) => {
    entries.set(scope.regionId, {region: scope.regionName, ...entries.get(scope.regionId), ...entry});
    set('images', images());
    // The same file in all regions.
    if (entry.sha256 !== undefined) set('sha256', entry.sha256);
    if (!isFirst(scope)) return;
    if (entry.task_id !== undefined) set('task-id', entry.task_id);
    if (entry.name !== undefined) set('image-name', entry.name);
    if (entry.created !== undefined) set('created', entry.created);
  };
  const readyIds = new Set<RegionRef['regionId']>();
  // In the order of the regions, whichever was ready first.
  const readyImages = () =>
    JSON.stringify(
      [...entries].flatMap(([regionId, entry]) => (readyIds.has(regionId) ? [{region_id: regionId, ...entry}] : [])),
    );
  const failedRegions = () => [...entries].filter(([, {error}]) => error !== undefined).map(([regionId]) => regionId);

  try {
    set('failed-regions', '[]');
    set('ready-images', '[]');
  } catch (error) {
    throw explainFailure(error, NOTHING_CHANGED);
  }
  return {
    set,
    learn,
    imagesOfFoundRegions: () => images([...entries].filter(([regionId]) => !missing.has(regionId))),
    taskId: ({regionId}) => entries.get(regionId)?.task_id,
    remember: saveState,
    ready: (scope, image) => {
      const {id, name, sizeBytes: size, status, visibility} = image;
      learn(scope, {id, name, size, status, ...(visibility === undefined ? {} : {visibility})});
      readyIds.add(scope.regionId);
      set('ready-images', readyImages());
      if (!isFirst(scope)) return;
      set('image-id', image.id);
      set('image-size', image.sizeBytes);
      set('image-status', image.status);
      set('image', JSON.stringify(image.raw));
    },
    failed: (scope, {what}) => {
      try {
        // What Gcore said may quote a secret. The rest of an output is data, and stays as it is.
        learn(scope, {error: showable(what, secrets)});
        set('failed-regions', JSON.stringify(failedRegions()));
        if (readyIds.delete(scope.regionId)) set('ready-images', readyImages());
      } catch (error) {
        // The region's own error is reported in any case.
        if (!(error instanceof RunnerFailed)) throw error;
      }
    },
  };
}
