import type {StorageRequestKind} from './storage/request-kinds.ts';

/** What a request is for; the same for every type of image. `patch` is the PATCH of an image. */
export type RequestKind =
  | StorageRequestKind
  | 'upload'
  | 'image'
  | 'images'
  | 'delete'
  | 'patch'
  | 'task'
  | 'tasks'
  | 'active-tasks'
  | 'project'
  | 'projects'
  | 'region'
  | 'regions'
  | 'quotas'
  | 'price'
  | 'any';
