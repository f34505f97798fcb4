import {saveState, setOutput} from '@actions/core';
import type {Image} from '../gcore/wire.ts';
import type {PublishEvents} from '../images/publish.ts';
import type {Secrets} from './secrets.ts';

/** Every output of the upload. */
export const UPLOAD_OUTPUTS = [
  'image-id',
  'image-size',
  'image-name',
  'image-status',
  'task-id',
  'created',
  'image',
] as const;
type UploadOutput = (typeof UPLOAD_OUTPUTS)[number];

/**
 * Writes outputs the moment they are known: the runner reads its files even after it has killed the step (actions/runner,
 * ActionRunner.cs), so whatever was written by then is there for the steps that follow.
 */
export function writeUploadOutputs(imageName: string, secrets: Secrets): PublishEvents {
  const set = (name: UploadOutput, value: string | boolean | number) => setOutput(name, secrets.redact(String(value)));
  return {
    marked: (marker) => saveState('marker', marker),
    accepted: ([taskId]) => {
      if (taskId !== undefined) set('task-id', taskId);
      set('created', true);
      set('image-name', imageName);
    },
    ready: (image: Image) => {
      set('image-id', image.id);
      set('image-size', image.sizeBytes);
      set('image-name', image.name);
      set('image-status', image.status);
      set('image', JSON.stringify(image.raw));
    },
  };
}
