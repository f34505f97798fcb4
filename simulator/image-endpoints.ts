import {randomUUID} from 'node:crypto';
import type {Place} from './cloud.ts';
import {type Call, type Endpoint, type Outcome, placeOf} from './endpoints.ts';
import type {ImageRecord, ImageType, JsonObject} from './model.ts';
import {choice, flag, many, page, pairs} from './query.ts';
import {validChange, validUpload} from './validation.ts';
import {gpuImageView, instanceImageView} from './views.ts';

const DEFAULT_LIMIT = 1000;

/** POST: begins an import. */
export function uploadImage(type: ImageType): Endpoint {
  return (call) => {
    const place = checkedPlace(type, call);
    const {image, data} = validUpload(type, call.body);
    call.cloud.checkQuota(place);
    const taskId = randomUUID();
    const upload = {...place, taskId, requestId: call.requestId, image, data};
    return {body: {tasks: [taskId]}, apply: (atMs) => call.cloud.beginImport(upload, atMs)};
  };
}

/** DELETE: begins a deletion. */
export function deleteImage(type: ImageType): Endpoint {
  return (call) => {
    const image = findImage(type, call);
    call.cloud.checkDeletable(image);
    const taskId = randomUUID();
    const apply = (atMs: number) => call.cloud.beginDeletion(image, taskId, call.requestId, atMs);
    return {body: {tasks: [taskId]}, apply};
  };
}

export function getImage(type: ImageType): Endpoint {
  return (call) => ({body: imageView(call, findImage(type, call))});
}

/** PATCH: changes the image at once, without a task. */
export function patchImage(type: ImageType): Endpoint {
  return (call): Outcome => {
    const image = findImage(type, call);
    call.cloud.checkChangeable(image);
    const change = validChange(type, call.body, image);
    const apply = (atMs: number) => void Object.assign(image, change(image), {updatedAtMs: atMs});
    return {body: imageView(call, {...image, ...change(image)}), apply};
  };
}

export function listImages(type: ImageType): Endpoint {
  return (call) => {
    const listed = call.cloud.listed(type, checkedPlace(type, call));
    const wanted = type === 'instance' ? listed.filter(instanceFilter(call.query)) : listed;
    const newestFirst = wanted.toSorted((one, other) => other.createdAtMs - one.createdAtMs);
    const {count, results} = page(call.query, newestFirst, DEFAULT_LIMIT);
    return {body: {count, results: results.map((image) => imageView(call, image))}};
  };
}

function instanceFilter(query: URLSearchParams): (image: ImageRecord) => boolean {
  const visibility = choice('visibility', query.get('visibility'), ['private', 'public', 'shared']);
  const architecture = choice('architecture', query.get('architecture'), ['aarch64', 'x86_64']);
  const tagPairs = pairs(query, 'tag_key_value');
  const tagKeys = many(query, 'tag_key') ?? [];
  const conditions: ReadonlyArray<(image: ImageRecord) => boolean> = [
    (image) => visibility === undefined || image.visibility === visibility,
    (image) => architecture === undefined || image.architecture === architecture,
    (image) => !query.has('private') || image.visibility !== 'public',
    (image) => image.name.toLowerCase().includes((query.get('name') ?? '').toLowerCase()),
    (image) => matches(query.get('os_distro'), image.osDistro),
    (image) => matches(query.get('os_version'), image.osVersion),
    (image) => tagKeys.every((key) => key in allTags(image)),
    (image) => tagPairs.every(([key, value]) => allTags(image)[key] === value),
  ];
  return (image) => conditions.every((holds) => holds(image));
}

function allTags({tags, readOnlyTags}: ImageRecord): ImageRecord['tags'] {
  return {...tags, ...readOnlyTags};
}

function matches(wanted: string | null, value: string | null): boolean {
  return wanted === null || wanted.toLowerCase() === value?.toLowerCase();
}

function checkedPlace(type: ImageType, call: Call): Place {
  const place = placeOf(call);
  call.cloud.checkPlace(type, place);
  return place;
}

function findImage(type: ImageType, call: Call): ImageRecord {
  const {image_id: id = ''} = call.params;
  return call.cloud.image(type, checkedPlace(type, call), id);
}

function imageView(call: Call, image: ImageRecord): JsonObject {
  if (image.type !== 'instance') return gpuImageView(image);
  const region = call.cloud.region(image.regionId);
  return instanceImageView(image, region, flag(call.query, 'include_prices') ?? false);
}
