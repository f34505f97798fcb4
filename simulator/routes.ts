import {getClientQuotas, getImagePrice} from './account-endpoints.ts';
import {getProject, getRegion, listProjects, listRegions} from './directory-endpoints.ts';
import type {Endpoint} from './endpoints.ts';
import {deleteImage, getImage, listImages, patchImage, uploadImage, uploadInstanceImage} from './image-endpoints.ts';
import {type ImageType, INSTANCE_TYPES} from './model.ts';
import type {RequestKind} from './request-kinds.ts';
import {getTask, listActiveTasks, listTasks} from './task-endpoints.ts';

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly kind: RequestKind;
  readonly endpoint: Endpoint;
}

export interface Found {
  readonly kind: RequestKind;
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

function route(method: string, path: string, kind: RequestKind, endpoint: Endpoint): Route {
  const pattern = new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return {method, pattern, kind, endpoint};
}

function gpuRoutes(type: ImageType, flavour: string): readonly Route[] {
  const images = `/cloud/v3/gpu/${flavour}/{project_id}/{region_id}/images`;
  return [
    route('POST', images, 'upload', uploadImage(type)),
    route('GET', images, 'images', listImages(type)),
    route('GET', `${images}/{image_id}`, 'image', getImage(type)),
    route('PATCH', `${images}/{image_id}`, 'patch', patchImage(type)),
    route('DELETE', `${images}/{image_id}`, 'delete', deleteImage(type)),
  ];
}

const INSTANCE_IMAGES = '/cloud/v1/images/{project_id}/{region_id}';

const ROUTES: readonly Route[] = [
  ...gpuRoutes('virtual-gpu', 'virtual'),
  ...gpuRoutes('baremetal-gpu', 'baremetal'),
  route('POST', '/cloud/v1/downloadimage/{project_id}/{region_id}', 'upload', uploadInstanceImage),
  route('GET', INSTANCE_IMAGES, 'images', listImages('instance')),
  route('GET', '/cloud/v1/bmimages/{project_id}/{region_id}', 'images', listImages('baremetal')),
  route('GET', `${INSTANCE_IMAGES}/{image_id}`, 'image', getImage(...INSTANCE_TYPES)),
  route('PATCH', `${INSTANCE_IMAGES}/{image_id}`, 'patch', patchImage(...INSTANCE_TYPES)),
  route('DELETE', `${INSTANCE_IMAGES}/{image_id}`, 'delete', deleteImage(...INSTANCE_TYPES)),
  route('GET', '/cloud/v1/tasks', 'tasks', listTasks),
  route('GET', '/cloud/v1/tasks/{project_id}/{region_id}/active', 'active-tasks', listActiveTasks),
  route('GET', '/cloud/v1/tasks/{task_id}', 'task', getTask),
  route('GET', '/cloud/v1/projects', 'projects', listProjects),
  route('GET', '/cloud/v1/projects/{project_id}', 'project', getProject),
  route('GET', '/cloud/v1/regions', 'regions', listRegions),
  route('GET', '/cloud/v1/regions/{region_id}', 'region', getRegion),
  route('GET', '/cloud/v2/client_quotas', 'quotas', getClientQuotas),
  route('POST', '/cloud/v1/pricing/{project_id}/{region_id}/images', 'price', getImagePrice),
];

/** The endpoint of a request, or why there is none. */
export function findRoute(method: string, path: string): Found | 'wrong method' | 'no such path' {
  const there = ROUTES.filter((one) => one.pattern.test(path));
  const found = there.find((one) => one.method === method);
  if (found === undefined) return there.length > 0 ? 'wrong method' : 'no such path';
  return {kind: found.kind, endpoint: found.endpoint, params: {...found.pattern.exec(path)?.groups}};
}
