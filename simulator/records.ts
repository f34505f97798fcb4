import {randomUUID} from 'node:crypto';
import {
  hasInstanceForm,
  type ImageRecord,
  type ImageType,
  type SimulatedImage,
  type SimulatedTask,
  type TaskRecord,
} from './model.ts';

const SEEDED_IMAGE_BYTES = 3_758_096_384;

/** A complete image from the given fields; ready by default. */
export function imageRecord(given: Partial<SimulatedImage> & {readonly name: string}, nowMs: number): ImageRecord {
  const type: ImageType = given.type ?? 'virtual-gpu';
  const sizeBytes = given.sizeBytes ?? SEEDED_IMAGE_BYTES;
  return {
    id: randomUUID(),
    type,
    projectId: 1,
    regionId: 7,
    status: 'active',
    sizeBytes,
    visibility: defaultVisibility(type),
    isOfGcore: given.visibility === 'public',
    tags: {},
    readOnlyTags: {},
    createdAtMs: nowMs,
    updatedAtMs: given.createdAtMs ?? nowMs,
    creatorTaskId: null,
    lockedBy: null,
    inUse: false,
    listed: true,
    sourceUrl: null,
    diskFormat: 'qcow2',
    architecture: 'x86_64',
    osType: 'linux',
    osDistro: null,
    osVersion: null,
    sshKey: 'allow',
    hwFirmwareType: null,
    hwMachineType: null,
    isBaremetal: type === 'baremetal-gpu' || type === 'baremetal',
    minDiskGib: Math.ceil(sizeBytes / 2 ** 30),
    minRamMib: 0,
    wire: null,
    ...given,
  };
}

/** The visibility of an uploaded image of this type. */
export function defaultVisibility(type: ImageType): string {
  return hasInstanceForm(type) ? 'shared' : 'private';
}

/** A complete task from the given fields; FINISHED by default. */
export function taskRecord(given: Partial<SimulatedTask>, nowMs: number): TaskRecord {
  const state = given.state ?? 'FINISHED';
  const createdAtMs = given.createdAtMs ?? nowMs;
  const ended = state === 'FINISHED' || state === 'ERROR';
  return {
    id: randomUUID(),
    type: 'download_image',
    state,
    projectId: 1,
    regionId: 7,
    createdAtMs,
    updatedAtMs: createdAtMs,
    finishedAtMs: ended ? createdAtMs : null,
    acknowledgedAtMs: null,
    error: null,
    imageIds: [],
    data: null,
    requestId: null,
    wire: null,
    ...given,
  };
}
