import type {ImportFailure} from './import-failures.ts';
import {endTask, Imports} from './imports.ts';
import type {
  Clock,
  ImageRecord,
  ImageType,
  Project,
  Region,
  SimulatedImage,
  SimulatedTask,
  TaskRecord,
} from './model.ts';
import {forbidden, inUse, locked, notFound, notInRegion, quotaLimitExceed, quotaTaskText} from './problems.ts';
import {Quotas} from './quotas.ts';
import {defaultVisibility, imageRecord, taskRecord} from './records.ts';
import {hasBaremetal} from './regions.ts';
import type {CloudRules, Late} from './rules.ts';
import type {Schedule} from './schedule.ts';

export interface Scope {
  readonly projectId: number;
  readonly regionId: number;
}

/** An upload that passed validation, with the IDs in its answer. */
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

/** The state of the cloud, and every operation on it. */
export class Cloud {
  readonly rules: CloudRules;
  readonly quotas: Quotas;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #imports: Imports;
  readonly #images = new Map<string, ImageRecord>();
  /** The regions of all imports so far. */
  readonly #acceptedIn: number[] = [];
  readonly #tasks = new Map<string, TaskRecord>();

  constructor(rules: CloudRules, clock: Clock, schedule: Schedule) {
    this.rules = rules;
    this.#clock = clock;
    this.#schedule = schedule;
    this.quotas = new Quotas(rules.quota, (regionId) => this.#imagesOfAccount(regionId));
    this.#imports = new Imports(schedule, clock, rules, {
      discard: (image) => void this.#images.delete(image.id),
      excessOf: (image, bytes) => this.quotas.excessOfSize(image.regionId, bytes),
    });
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

  /** Refuses a project or region that does not exist or belongs to another client, and a region that does not offer the type. */
  checkScope(type: ImageType, {projectId, regionId}: Scope): void {
    this.project(projectId);
    const region = this.region(regionId);
    if (type === 'virtual-gpu' && region.hasGpuVirtual === false) throw notInRegion('GPU Virtual', region.name);
    if (type === 'baremetal-gpu' && region.hasGpuBaremetal === false) throw notInRegion('GPU Bare Metal', region.name);
    if (type === 'baremetal' && !hasBaremetal(region)) throw notInRegion('Bare Metal', region.name);
  }

  /** The images of these types that a client sees in a scope: those of its project, and Gcore's own. */
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

  /** Whether a request of this kind already shows a row. */
  isShown(kind: keyof Late, {createdAtMs}: {readonly createdAtMs: number}): boolean {
    const {[kind]: lateMs = 0} = this.rules.lateMs;
    return lateMs === 0 || this.#clock.now() >= createdAtMs + lateMs;
  }

  /** The task that created an image, if it was created here. */
  creatorOf({creatorTaskId}: SimulatedImage): TaskRecord | undefined {
    return creatorTaskId === null ? undefined : this.#tasks.get(creatorTaskId);
  }

  /** An image as clients see it: without its tags, if they are shown later. */
  shown(image: ImageRecord): ImageRecord {
    const creator = this.creatorOf(image);
    const isWithout = this.rules.tagsVisible === 'finished' && creator !== undefined && creator.state !== 'FINISHED';
    return isWithout ? {...image, tags: {}} : image;
  }

  isForeign(projectId: number): boolean {
    return this.rules.projects.some((project) => project.id === projectId && project.foreign === true);
  }

  /** Refuses an upload over the quota, unless its task is to fail instead. */
  checkQuota({regionId}: Scope): void {
    const {refusal} = this.quotas;
    const excess = refusal === 'task' ? undefined : this.quotas.excessOfUpload(regionId);
    if (excess !== undefined && refusal !== 'task') throw quotaLimitExceed(excess, refusal);
  }

  /** Refuses to change an image that is Gcore's own, belongs to another project, or is locked. */
  checkChangeable(image: ImageRecord, {projectId}: Scope): void {
    if (image.isOfGcore) throw forbidden(`Image ${image.id} is public and cannot be changed.`);
    if (image.projectId !== projectId) throw forbidden(`Image ${image.id} belongs to another project.`);
    if (image.lockedBy !== null) throw locked(image.id, image.lockedBy);
  }

  checkDeletable(image: ImageRecord, scope: Scope): void {
    this.checkChangeable(image, scope);
    if (image.inUse) throw inUse(image.id);
  }

  beginImport(upload: AcceptedUpload, atMs: number): void {
    const {projectId, regionId, taskId, requestId} = upload;
    const data = this.#taskDataOf(upload);
    const task = taskRecord(
      {id: taskId, projectId, regionId, requestId, data, type: 'download_image', state: 'NEW'},
      atMs,
    );
    const failure = this.#failureOf(upload);
    const unborn = {
      isOfGcore: false,
      status: 'queued',
      sizeBytes: 0,
      minDiskGib: 0,
      lockedBy: taskId,
      creatorTaskId: taskId,
    };
    const visibility = this.rules.uploadVisibility ?? defaultVisibility(upload.image.type);
    const image = imageRecord({...upload.image, ...unborn, visibility, projectId, regionId}, atMs);
    this.#tasks.set(task.id, task);
    this.#images.set(image.id, image);
    const {sourceUrl} = upload.image;
    this.#imports.accept({image, task, sourceUrl, timing: this.rules.timingIn(regionId), failure}, atMs);
  }

  /** How an import is going to fail, if at all. Decided before its own image counts for the quota. */
  #failureOf({projectId, regionId, image}: AcceptedUpload): ImportFailure | undefined {
    this.#acceptedIn.push(regionId);
    const nth = this.#acceptedIn.length;
    const nthInRegion = this.#acceptedIn.filter((id) => id === regionId).length;
    const {name, type} = image;
    const scripted = this.rules.importFails({projectId, regionId, type, name, nth, nthInRegion});
    const excess = this.quotas.refusal === 'task' ? this.quotas.excessOfUpload(regionId) : undefined;
    return scripted ?? (excess && {error: quotaTaskText(excess)});
  }

  #taskDataOf({data}: AcceptedUpload): unknown {
    const {taskHasData, taskDataHoldsTags} = this.rules;
    if (!taskHasData) return null;
    const {tags: _, ...untagged} = data;
    return taskDataHoldsTags ? data : untagged;
  }

  #imagesOfAccount(regionId: number): readonly ImageRecord[] {
    return this.images().filter(
      (image) => image.regionId === regionId && !image.isOfGcore && !this.isForeign(image.projectId),
    );
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
