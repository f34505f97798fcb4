import {endTask, type ImageVisible, Imports} from './imports.ts';
import type {
  Clock,
  ImageRecord,
  ImageType,
  Project,
  Region,
  SimulatedImage,
  SimulatedTask,
  TaskRecord,
  Timing,
} from './model.ts';
import {forbidden, inUse, locked, notFound, notInRegion, quotaExceeded} from './problems.ts';
import {imageRecord, taskRecord} from './records.ts';
import {hasBaremetal} from './regions.ts';
import type {Schedule} from './schedule.ts';

export interface CloudRules {
  readonly projects: readonly Project[];
  readonly regions: readonly Region[];
  readonly timingIn: (regionId: number) => Timing;
  readonly imageQuota: number;
  readonly slots: number;
  readonly startWithinMs: number;
  readonly imageVisible: ImageVisible;
  readonly taskDataHoldsTags: boolean;
  readonly inRealTime: boolean;
}

export interface Scope {
  readonly projectId: number;
  readonly regionId: number;
}

/** An upload that passed validation, and the IDs that were promised to the client. */
export interface AcceptedUpload extends Scope {
  readonly taskId: string;
  readonly requestId: string;
  readonly image: Partial<SimulatedImage> & {
    readonly name: string;
    readonly type: ImageType;
    readonly sourceUrl: string;
  };
  readonly data: Readonly<Record<string, unknown>>;
}

/** The state of the cloud, and everything that may be done to it. */
export class Cloud {
  readonly rules: CloudRules;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #imports: Imports;
  readonly #images = new Map<string, ImageRecord>();
  readonly #tasks = new Map<string, TaskRecord>();

  constructor(rules: CloudRules, clock: Clock, schedule: Schedule) {
    this.rules = rules;
    this.#clock = clock;
    this.#schedule = schedule;
    this.#imports = new Imports(schedule, clock, rules, (image) => void this.#images.delete(image.id));
  }

  images(): readonly ImageRecord[] {
    return [...this.#images.values()];
  }

  tasks(): readonly TaskRecord[] {
    return [...this.#tasks.values()];
  }

  addImage(given: Partial<SimulatedImage> & {readonly name: string}): ImageRecord {
    const image = imageRecord(given, this.#clock.now());
    this.#images.set(image.id, image);
    return image;
  }

  addTask(given: Partial<SimulatedTask>): TaskRecord {
    const task = taskRecord(given, this.#clock.now());
    this.#tasks.set(task.id, task);
    return task;
  }

  project(id: number): Project {
    const project = this.rules.projects.find((one) => one.id === id);
    if (project === undefined) throw notFound('Project', id);
    if (project.foreign === true) throw forbidden(`You have no access to project ${id}.`);
    return project;
  }

  region(id: number): Region {
    const region = this.rules.regions.find((one) => one.id === id);
    if (region === undefined) throw notFound('Region', id);
    return region;
  }

  /** Refuses a project or region that does not exist or is another client's, and a region that does not offer the type. */
  checkScope(type: ImageType, {projectId, regionId}: Scope): void {
    this.project(projectId);
    const region = this.region(regionId);
    if (type === 'virtual-gpu' && region.hasGpuVirtual === false) throw notInRegion('GPU Virtual', region.name);
    if (type === 'baremetal-gpu' && region.hasGpuBaremetal === false) throw notInRegion('GPU Bare Metal', region.name);
    if (type === 'baremetal' && !hasBaremetal(region)) throw notInRegion('Bare Metal', region.name);
  }

  /** The images of these types that a client sees there: its project's, and Gcore's own. */
  listed(types: readonly ImageType[], scope: Scope): readonly ImageRecord[] {
    return this.images().filter((image) => image.listed && types.includes(image.type) && isAt(image, scope));
  }

  image(types: readonly ImageType[], scope: Scope, id: string): ImageRecord {
    const image = this.listed(types, scope).find((one) => one.id === id);
    if (image === undefined) throw notFound('Image', id);
    return image;
  }

  task(id: string): TaskRecord {
    const task = this.#tasks.get(id);
    if (task === undefined || this.isForeign(task.projectId)) throw notFound('Task', id);
    return task;
  }

  isForeign(projectId: number): boolean {
    return this.rules.projects.some((project) => project.id === projectId && project.foreign === true);
  }

  checkQuota(scope: Scope): void {
    const used = this.images().filter((image) => isAt(image, scope) && image.visibility !== 'public').length;
    if (used >= this.rules.imageQuota) throw quotaExceeded('image_count', this.rules.imageQuota, used);
  }

  /** Refuses to change an image that is Gcore's own or locked. */
  checkChangeable(image: ImageRecord): void {
    if (image.visibility === 'public') throw forbidden(`Image ${image.id} is public and cannot be changed.`);
    if (image.lockedBy !== null) throw locked(image.id, image.lockedBy);
  }

  checkDeletable(image: ImageRecord): void {
    this.checkChangeable(image);
    if (image.inUse) throw inUse(image.id);
  }

  beginImport(upload: AcceptedUpload, atMs: number): void {
    const {projectId, regionId, taskId, requestId} = upload;
    const {tags: _, ...untagged} = upload.data;
    const data = this.rules.taskDataHoldsTags ? upload.data : untagged;
    const task = taskRecord(
      {id: taskId, projectId, regionId, requestId, data, type: 'download_image', state: 'NEW'},
      atMs,
    );
    const unborn = {status: 'queued', sizeBytes: 0, minDiskGib: 0, lockedBy: taskId, creatorTaskId: taskId};
    const image = imageRecord({...upload.image, ...unborn, projectId, regionId}, atMs);
    this.#tasks.set(task.id, task);
    this.#images.set(image.id, image);
    this.#imports.accept({image, task, sourceUrl: upload.image.sourceUrl, timing: this.rules.timingIn(regionId)}, atMs);
  }

  beginDeletion(image: ImageRecord, taskId: string, requestId: string, atMs: number): void {
    const {projectId, regionId} = image;
    const data = {image_id: image.id};
    const task = taskRecord(
      {id: taskId, projectId, regionId, requestId, data, type: 'delete_image', state: 'NEW'},
      atMs,
    );
    this.#tasks.set(task.id, task);
    image.lockedBy = taskId;
    image.status = 'pending_delete';
    image.updatedAtMs = atMs;
    const {newMs, deletingMs} = this.rules.timingIn(regionId);
    this.#schedule.at(atMs + newMs, (dueMs) => {
      task.state = 'RUNNING';
      task.updatedAtMs = dueMs;
    });
    this.#schedule.at(atMs + newMs + deletingMs, (dueMs) => {
      endTask(task, 'FINISHED', dueMs);
      this.#images.delete(image.id);
    });
  }

  stop(): void {
    this.#imports.stop();
  }
}

function isAt(image: ImageRecord, {projectId, regionId}: Scope): boolean {
  return image.regionId === regionId && (image.projectId === projectId || image.visibility === 'public');
}
