import {saveState, setOutput} from '@actions/core';
import type {ExplainedError} from '../../errors.ts';
import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import type {Secrets} from '../../runner/secrets.ts';

/** Outputs that tell of the first region's image alone. */
export const IMAGE_OUTPUTS = ['image-id', 'image-size', 'image-name', 'image-status', 'task-id', 'image'] as const;
/** Outputs that tell of all regions. */
export const REGION_OUTPUTS = ['images', 'failed-regions'] as const;
/** Every output of the upload. */
export const UPLOAD_OUTPUTS = [...IMAGE_OUTPUTS, 'created', ...REGION_OUTPUTS] as const;
/** Every output of the gate. */
export const WAIT_OUTPUTS = [...IMAGE_OUTPUTS, 'ready', ...REGION_OUTPUTS] as const;

type Output = (typeof UPLOAD_OUTPUTS)[number] | (typeof WAIT_OUTPUTS)[number];

/** A region's entry in the output `images`, as far as it is known. */
export interface RegionEntry {
  readonly region: string;
  readonly id?: string;
  readonly name?: string;
  readonly size?: number;
  readonly status?: string;
  readonly task_id?: string;
  readonly created?: boolean;
  /** Why the region failed, in one line. */
  readonly error?: string;
}

/** The outputs of a step that works on images in one region or more. */
export interface Outputs {
  /** Adds what has become known of a region. */
  learn(scope: Scope, entry: Partial<RegionEntry>): void;
  /** Adds an image that is ready. */
  ready(scope: Scope, image: Image): void;
  /** Adds why a region failed. What was learnt of it before stays. */
  failed(scope: Scope, error: ExplainedError): void;
  /** The output `images` as it is now. */
  images(): string;
  /** Sets an output of the step as a whole. */
  set(name: Output, value: string | number | boolean): void;
  /** Keeps a value in the step's state, where a look at the runner's files finds it when all else is lost. */
  remember(name: string, value: string): void;
}

/**
 * Writes outputs the moment they are known: the runner reads its files even after it has killed the step (actions/runner,
 * ActionRunner.cs), so whatever was written by then is there for the steps that follow. The last value of a name counts.
 */
export function createOutputs(scopes: readonly Scope[], secrets: Secrets): Outputs {
  const entries = new Map<number, RegionEntry>(
    scopes.map(({regionId, regionName}) => [regionId, {region: regionName}]),
  );
  const isFirst = ({regionId}: Scope) => regionId === scopes[0]?.regionId;
  const set = (name: Output, value: string | number | boolean) => setOutput(name, secrets.redact(String(value)));
  const images = () => secrets.redact(JSON.stringify(Object.fromEntries(entries)));

  const learn = (scope: Scope, entry: Partial<RegionEntry>) => {
    entries.set(scope.regionId, {region: scope.regionName, ...entries.get(scope.regionId), ...entry});
    set('images', images());
    if (!isFirst(scope)) return;
    if (entry.task_id !== undefined) set('task-id', entry.task_id);
    if (entry.name !== undefined) set('image-name', entry.name);
    if (entry.created !== undefined) set('created', entry.created);
  };
  const failedRegions = () => [...entries].filter(([, {error}]) => error !== undefined).map(([regionId]) => regionId);

  set('failed-regions', '[]');
  return {
    set,
    learn,
    images,
    remember: saveState,
    ready: (scope, image) => {
      learn(scope, {id: image.id, name: image.name, size: image.sizeBytes, status: image.status});
      if (!isFirst(scope)) return;
      set('image-id', image.id);
      set('image-size', image.sizeBytes);
      set('image-status', image.status);
      set('image', JSON.stringify(image.raw));
    },
    failed: (scope, error) => {
      learn(scope, {error: error.what});
      set('failed-regions', JSON.stringify(failedRegions()));
    },
  };
}
