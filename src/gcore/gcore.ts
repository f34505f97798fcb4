import type {Tags} from '../text/tags.ts';
import type {Client} from './client.ts';
import {IMAGE_TYPES, type ImageType} from './image-types.ts';
import {createLists, type IsCandidate, PAGE_SIZE, Page} from './lists.ts';
import {RequestError} from './request-error.ts';
import type {Scope} from './scope.ts';
import {ChangedImage, Image, type Named, Project, Region, Task, TaskIds} from './wire.ts';

export type {IsCandidate, RawRow} from './lists.ts';
export type {Scope} from './scope.ts';

/** What an upload asks for, in Gcore's terms. What is undefined is not sent. */
export interface UploadRequest {
  readonly name: string;
  /** Where Gcore fetches the image: a HEAD, then a GET, unauthenticated. */
  readonly url: string;
  readonly architecture: string;
  readonly os_type: string;
  readonly os_distro?: string | undefined;
  readonly os_version?: string | undefined;
  readonly hw_firmware_type?: string | undefined;
  readonly hw_machine_type?: string | undefined;
  /** The image is for bare metal servers. */
  readonly is_baremetal?: true;
  readonly ssh_key: string;
  readonly cow_format: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** The answer to a request for one task. */
export interface SeenTask extends Task {
  /** How long ago the task was created, in milliseconds by the service's own clock; undefined if unknown. */
  readonly ageMs: number | undefined;
}

/** The part of Gcore's cloud that is about images. Every method throws RequestError, or the reason of a cancelled run. */
export interface Gcore {
  /** All projects that the key can see. */
  listProjects(): Promise<readonly Named[]>;
  /** All regions. */
  listRegions(): Promise<readonly Region[]>;
  /** All regions, by a single attempt. */
  pollRegions(): Promise<readonly Region[]>;
  /** Sends the cheapest request for a scope, to check key, project and region. Resolves to the service's time. */
  probe(scope: Scope): Promise<Date | undefined>;
  /** Requests an import, once. Resolves to the IDs of its tasks, usually one. */
  uploadImage(scope: Scope, upload: UploadRequest): Promise<readonly string[]>;
  /** Requests the deletion of an image, once. Resolves to the IDs of its tasks, usually one. */
  deleteImage(scope: Scope, imageId: string): Promise<readonly string[]>;
  /** Sets tags of an image, once, and keeps its other tags: the service merges them (RFC 7386). */
  updateTags(scope: Scope, imageId: string, tags: Tags): Promise<void>;
  /** Reads an image, in a single attempt; with its price if that is requested and the type has one. */
  getImage(scope: Scope, imageId: string, options?: {readonly withPrice?: boolean}): Promise<Image>;
  /** All images of a scope, including Gcore's public ones, in a single attempt. */
  pollImages(scope: Scope, isCandidate: IsCandidate): Promise<readonly Image[]>;
  /** All images of a scope, including Gcore's public ones. */
  listImages(scope: Scope, isCandidate: IsCandidate): Promise<readonly Image[]>;
  /** Reads a task, in a single attempt. */
  getTask(taskId: string): Promise<SeenTask>;
  /** All tasks in scopes of one project that were created since a time by the service's clock, in a single attempt. */
  pollTasks(scopes: readonly Scope[], since: Date): Promise<readonly Task[]>;
  /** The latest finished tasks in scopes of one project, a thousand in total, newest first, in a single attempt. */
  pollFinishedTasks(scopes: readonly Scope[]): Promise<readonly Task[]>;
  /** The tasks of a scope that have not ended. */
  listRunningTasks(scope: Scope, isCandidate: IsCandidate): Promise<readonly Task[]>;
  /** The newest tasks in scopes of one project, some hundreds for each, in any state. */
  listRecentTasks(scopes: readonly Scope[]): Promise<readonly Task[]>;
  /** The same for one scope, in a single attempt. */
  pollRecentTasks(scope: Scope, isCandidate: IsCandidate): Promise<readonly Task[]>;
}

/** More tasks than a project starts in one region within the minutes in which a lost upload is searched for. */
const RECENT_TASKS = 500;

const REGIONS = '/cloud/v1/regions';
const TASKS = '/cloud/v1/tasks';

/** Gcore's endpoints for one type of image, over a client. */
export function createGcore(client: Client, imageType: ImageType): Gcore {
  const {uploadPath, listPath, imagesPath} = IMAGE_TYPES[imageType];
  const lists = createLists(client.log);
  const {read} = client;
  return {
    listProjects: () => lists.all({read, path: '/cloud/v1/projects', item: Project}),
    listRegions: () => lists.all({read, path: REGIONS, item: Region}),
    pollRegions: () => lists.all({read: client.poll, path: REGIONS, item: Region}),
    probe: async (scope) => (await read(`${listPath(scope)}?limit=1`, Page)).serverTime,
    uploadImage: async (scope, upload) => (await client.write('POST', uploadPath(scope), upload, TaskIds)).value.tasks,
    deleteImage: async (scope, imageId) =>
      (await client.write('DELETE', `${imagesPath(scope)}/${imageId}`, undefined, TaskIds)).value.tasks,
    updateTags: async (scope, imageId, tags) => {
      await client.write('PATCH', `${imagesPath(scope)}/${imageId}`, {tags}, ChangedImage);
    },
    getImage: async (scope, imageId, {withPrice = false} = {}) =>
      requireId(
        imageId,
        (await client.poll(`${imagesPath(scope)}/${imageId}${withPrice ? '?include_prices=true' : ''}`, Image)).value,
        imagesPath(scope),
      ),
    pollImages: (scope, isCandidate) => lists.all({read: client.poll, path: listPath(scope), item: Image, isCandidate}),
    listImages: (scope, isCandidate) => lists.all({read, path: listPath(scope), item: Image, isCandidate}),
    getTask: async (taskId) => {
      const {value, serverTime} = await client.poll(`${TASKS}/${taskId}`, Task);
      requireId(taskId, value, TASKS);
      const ageMs = serverTime && value.createdAt && serverTime.getTime() - value.createdAt.getTime();
      return {...value, ageMs};
    },
    pollTasks: (scopes, since) => {
      const filters: Filters = [...tasksOf(scopes), ['from_timestamp', since.toISOString()]];
      return lists.all({read: client.poll, path: TASKS, filters, item: Task});
    },
    pollFinishedTasks: (scopes) => {
      const filters: Filters = [...tasksOf(scopes), ['state', 'FINISHED']];
      return lists.first({read: client.poll, path: TASKS, filters, item: Task}, PAGE_SIZE);
    },
    listRunningTasks: ({projectId, regionId}, isCandidate) =>
      lists.all({read, path: `${TASKS}/${projectId}/${regionId}/active`, item: Task, isCandidate}),
    listRecentTasks: (scopes) => {
      const limit = Math.min(RECENT_TASKS * scopes.length, PAGE_SIZE);
      return lists.first({read, path: TASKS, filters: tasksOf(scopes), item: Task}, limit);
    },
    pollRecentTasks: (scope, isCandidate) =>
      lists.first({read: client.poll, path: TASKS, filters: tasksOf([scope]), item: Task, isCandidate}, RECENT_TASKS),
  };
}

/**
 * Rejects an answer that is about another image or task. IDs are UUIDs, which are case-insensitive.
 *
 * @throws RequestError
 */
function requireId<T extends {readonly id: string}>(id: string, answer: T, path: string): T {
  if (answer.id.toLowerCase() === id.toLowerCase()) return answer;
  const reason = `the answer has another ID, ${answer.id}`;
  throw new RequestError({outcome: 'refused', method: 'GET', path: `${path}/${id}`, reason, status: 200});
}

type Filters = readonly [name: string, value: string][];

/** The tasks in scopes of one project, newest first. */
function tasksOf(scopes: readonly Scope[]): Filters {
  const projectIds = new Set(scopes.map(({projectId}) => projectId));
  return [
    ...[...projectIds].map((id): [string, string] => ['project_id', String(id)]),
    ...scopes.map(({regionId}): [string, string] => ['region_id', String(regionId)]),
    ['order_by', 'desc'],
  ];
}
