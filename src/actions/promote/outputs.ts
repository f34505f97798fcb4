import {type ExplainedError, RunnerFailed} from '../../errors.ts';
import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {AskedRegion, RegionRef} from '../../images/regions.ts';
import {showable} from '../../runner/log.ts';
import {setOutput} from '../../runner/outputs.ts';
import type {Secrets} from '../../runner/secrets.ts';
import type {RegionEntry} from '../shared/images-output.ts';

/** Every output of the promotion. */
export const PROMOTE_OUTPUTS = ['images', 'failed-regions', 'previous'] as const;

/** The outputs of a promotion, written the moment they are known. */
export interface PromoteOutputs {
  /** Adds the image that was current in a region before. */
  previous(scope: Scope, image: Image): void;
  /** Adds the image that is current in a region now. */
  promoted(scope: Scope, image: Image): void;
  /** Adds why a region failed. */
  failed(scope: RegionRef, error: ExplainedError): void;
  /** The output `previous` as it is now. */
  rollback(): string;
}

/**
 * @throws RunnerFailed from every method but `failed` if the runner's file cannot be written
 */
export function createPromoteOutputs(regions: readonly AskedRegion[], secrets: Secrets): PromoteOutputs {
  const images = new Map<RegionRef['regionId'], RegionEntry>(
    regions.map(({scope, isOptional}) => [
      scope.regionId,
      {region: scope.regionName, ...(isOptional ? {optional: true} : {})},
    ]),
  );
  const before = new Map<number, RegionEntry>();
  const set = (name: (typeof PROMOTE_OUTPUTS)[number], entries: unknown) => setOutput(name, JSON.stringify(entries));
  const rollback = () => Object.fromEntries(before);

  set('images', Object.fromEntries(images));
  set('failed-regions', []);
  set('previous', {});
  return {
    rollback: () => JSON.stringify(rollback()),
    previous: (scope, image) => {
      before.set(scope.regionId, entryOf(scope, image));
      set('previous', rollback());
    },
    promoted: (scope, image) => {
      images.set(scope.regionId, {...images.get(scope.regionId), ...entryOf(scope, image)});
      set('images', Object.fromEntries(images));
    },
    failed: ({regionId, regionName}, {what}) => {
      images.set(regionId, {region: regionName, ...images.get(regionId), error: showable(what, secrets)});
      const failed = [...images].filter(([, {error}]) => error !== undefined).map(([id]) => id);
      try {
        set('images', Object.fromEntries(images));
        set('failed-regions', failed);
      } catch (error) {
        // The region's own error is reported in any case.
        if (!(error instanceof RunnerFailed)) throw error;
      }
    },
  };
}

function entryOf({regionName}: Scope, {id, name, sizeBytes, status}: Image): RegionEntry {
  return {region: regionName, id, name, size: sizeBytes, status};
}
