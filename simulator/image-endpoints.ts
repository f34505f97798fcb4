import {randomUUID} from 'node:crypto';
import type {Scope} from './cloud.ts';
import {type Call, type Endpoint, type Outcome, scopeOf} from './endpoints.ts';
import {hasInstanceForm, type ImageRecord, type ImageType, isJsonObject, type JsonObject} from './model.ts';
import {notFound} from './problems.ts';
import {choice, flag, many, page, pairs} from './query.ts';
import {validChange, validUpload} from './validation.ts';
import {gpuImageView, instanceImageView} from './views.ts';
import {pageOf, type Row, rowOf} from './wire.ts';

const DEFAULT_LIMIT = 1000;

/** POST: starts an import. */
export function uploadImage(type: ImageType): Endpoint {
  return (call) => {
    const scope = checkedScope(type, call);
    const {image, data} = validUpload(type, call.body);
    call.cloud.checkQuota(scope);
    const taskId = randomUUID();
    const upload = {...scope, taskId, requestId: call.requestId, image, data};
    return {body: {tasks: [taskId]}, apply: (atMs) => call.cloud.beginImport(upload, atMs)};
  };
}

/** POST of an instance image, or of one for bare metal servers if `is_baremetal` is true. */
export const uploadInstanceImage: Endpoint = (call) => {
  const isBaremetal = isJsonObject(call.body) && call.body['is_baremetal'] === true;
  return uploadImage(isBaremetal ? 'baremetal' : 'instance')(call);
};

/** DELETE: starts a deletion. */
export function deleteImage(...types: readonly ImageType[]): Endpoint {
  return (call) => {
    const image = findImage(types, call);
    call.cloud.checkDeletable(image, scopeOf(call));
    const taskId = randomUUID();
    const apply = (atMs: number) => call.cloud.beginDeletion(image, taskId, call.requestId, atMs);
    return {body: {tasks: [taskId]}, apply};
  };
}

export function getImage(...types: readonly ImageType[]): Endpoint {
  return (call) => {
    const image = findImage(types, call);
    if (!call.cloud.isShown('image', image)) throw notFound('Image', image.id);
    return imageRow(call, image);
  };
}

/** PATCH: changes the image at once, without a task. */
export function patchImage(...types: readonly ImageType[]): Endpoint {
  return (call): Outcome => {
    const image = findImage(types, call);
    call.cloud.checkChangeable(image, scopeOf(call));
    const change = validChange(call.body, image);
    const apply = (atMs: number) => void Object.assign(image, change(image), {updatedAtMs: atMs});
    return {...imageRow(call, {...image, ...change(image)}), apply};
  };
}

export function listImages(type: ImageType): Endpoint {
  return (call) => {
    const {cloud} = call;
    const listed = cloud.listed([type], checkedScope(type, call)).filter((image) => cloud.isShown('images', image));
    const wanted = hasInstanceForm(type) ? listed.filter(filterOf(call)) : listed;
    const newestFirst = wanted.toSorted((one, other) => other.createdAtMs - one.createdAtMs);
    const {count, results} = page(call.query, newestFirst, DEFAULT_LIMIT);
    return pageOf(
      count,
      results.map((image) => imageRow(call, image)),
    );
  };
}

function filterOf({cloud, query}: Call): (image: ImageRecord) => boolean {
  const holds = instanceFilter(query);
  return (image) => holds(cloud.shown(image));
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

function checkedScope(type: ImageType, call: Call): Scope {
  const scope = scopeOf(call);
  call.cloud.checkScope(type, scope);
  return scope;
}

/** Finds an image of one of the types; the region must offer the first of them. */
function findImage(types: readonly ImageType[], call: Call): ImageRecord {
  const [first = 'instance'] = types;
  const {image_id: id = ''} = call.params;
  return call.cloud.image(types, checkedScope(first, call), id);
}

function imageRow(call: Call, image: ImageRecord): Row {
  const {cloud} = call;
  const {image: change} = cloud.rules.wire;
  return rowOf(
    imageView(call, cloud.shown(image)),
    image.wire,
    change && ((row) => change(row, image, cloud.creatorOf(image))),
  );
}

function imageView(call: Call, image: ImageRecord): JsonObject {
  if (!hasInstanceForm(image.type)) return gpuImageView(image);
  const region = call.cloud.region(image.regionId);
  return instanceImageView(image, region, flag(call.query, 'include_prices') ?? false);
}
