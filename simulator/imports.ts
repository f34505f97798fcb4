import type {ImportFailure, Leftover} from './import-failures.ts';
import type {Clock, ImageRecord, TaskRecord, Timing} from './model.ts';
import {notStartedText, quotaTaskText} from './problems.ts';
import type {QuotaExcess} from './quotas.ts';
import type {Schedule} from './schedule.ts';
import {fetchSource} from './source.ts';

/** When the row of an uploaded image appears in list and get. */
export type ImageVisible = 'posted' | 'running' | 'finished';

export interface ImportRules {
  readonly slots: number;
  readonly startWithinMs: number;
  readonly imageVisible: ImageVisible;
  readonly failedImportLeaves: Leftover;
  readonly inRealTime: boolean;
}

export interface Import {
  readonly image: ImageRecord;
  readonly task: TaskRecord;
  readonly sourceUrl: string;
  readonly timing: Timing;
  /** Set if the import is going to fail. */
  readonly failure: ImportFailure | undefined;
}

/** What an import does to the rest of the cloud. */
export interface ImportEffects {
  readonly discard: (image: ImageRecord) => void;
  /** The quota that an image of this size would exceed. */
  readonly excessOf: (image: ImageRecord, bytes: number) => QuotaExcess | undefined;
}

/** A source that was fetched. */
interface Arrived {
  readonly bytes: number;
}

/**
 * The stages of an import: its task waits for one of the project's slots, runs while the source is fetched, and ends.
 * After that, the image stays `saving` for a while, locked and without a size.
 */
export class Imports {
  readonly #schedule: Schedule;
  readonly #clock: Clock;
  readonly #rules: ImportRules;
  readonly #effects: ImportEffects;
  readonly #stop = new AbortController();
  readonly #runningByProject = new Map<number, number>();
  #waiting: Import[] = [];

  constructor(schedule: Schedule, clock: Clock, rules: ImportRules, effects: ImportEffects) {
    this.#schedule = schedule;
    this.#clock = clock;
    this.#rules = rules;
    this.#effects = effects;
  }

  accept(one: Import, atMs: number): void {
    one.image.listed = this.#rules.imageVisible === 'posted';
    this.#schedule.at(atMs + one.timing.newMs, (dueMs) => this.#askForSlot(one, dueMs));
    this.#schedule.at(atMs + this.#rules.startWithinMs, (dueMs) => this.#reap(one, dueMs));
  }

  /** Aborts the downloads that still run. */
  stop(): void {
    this.#stop.abort();
  }

  #askForSlot(one: Import, atMs: number): void {
    if (this.#running(one.task.projectId) < this.#rules.slots) this.#start(one, atMs);
    else this.#waiting.push(one);
  }

  #start(one: Import, atMs: number): void {
    const {image, task, timing} = one;
    // The scheduler's cleanup has failed it while it was NEW.
    if (task.state !== 'NEW') return;
    this.#runningByProject.set(task.projectId, this.#running(task.projectId) + 1);
    task.state = 'RUNNING';
    task.updatedAtMs = atMs;
    if (this.#rules.imageVisible !== 'finished') image.listed = true;
    this.#schedule.at(atMs + timing.queuedMs, (dueMs) => saving(image, dueMs));
    this.#fetchUntil(one, atMs + timing.runningMs);
  }

  /**
   * With a test's clock, or an import that takes no time, the fetch takes no simulated time: the next request waits
   * for it. Otherwise it takes real time.
   */
  #fetchUntil(one: Import, earliestMs: number): void {
    const {failure} = one;
    if (failure !== undefined) {
      this.#schedule.at(earliestMs, (dueMs) => this.#end(one, failure, dueMs));
      return;
    }
    const fetched = this.#fetch(one);
    if (!this.#rules.inRealTime || one.timing.runningMs === 0) {
      this.#schedule.at(earliestMs, async (dueMs) => this.#end(one, await fetched, dueMs));
      return;
    }
    void fetched.then((result) => {
      if (this.#stop.signal.aborted) return;
      this.#schedule.at(Math.max(earliestMs, this.#clock.now()), (dueMs) => this.#end(one, result, dueMs));
    });
  }

  async #fetch({image, sourceUrl}: Import): Promise<Arrived | ImportFailure> {
    const fetched = await fetchSource(sourceUrl, this.#stop.signal);
    if (!fetched.ok) return {error: fetched.message};
    const excess = this.#effects.excessOf(image, fetched.bytes);
    return excess === undefined ? {bytes: fetched.bytes} : {error: quotaTaskText(excess)};
  }

  #end(one: Import, result: Arrived | ImportFailure, atMs: number): void {
    const {image, task, timing} = one;
    if ('bytes' in result) {
      endTask(task, 'FINISHED', atMs);
      task.imageIds = [image.id];
      image.listed = true;
      this.#schedule.at(atMs + timing.savingMs, (dueMs) => activate(image, result.bytes, dueMs));
    } else {
      this.#fail(one, result, atMs);
    }
    this.#runningByProject.set(task.projectId, this.#running(task.projectId) - 1);
    this.#startNext(task.projectId, atMs);
  }

  #startNext(projectId: number, atMs: number): void {
    const next = this.#waiting.find((one) => one.task.projectId === projectId);
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    this.#start(next, atMs);
  }

  #reap(one: Import, atMs: number): void {
    if (one.task.state !== 'NEW') return;
    this.#waiting = this.#waiting.filter((other) => other !== one);
    this.#fail(one, {error: notStartedText(this.#rules.startWithinMs / 60_000)}, atMs);
  }

  #fail({image, task}: Import, {error, leaves = this.#rules.failedImportLeaves}: ImportFailure, atMs: number): void {
    endTask(task, 'ERROR', atMs);
    task.error = error;
    if (leaves === 'nothing') {
      this.#effects.discard(image);
      return;
    }
    image.status = leaves;
    image.listed = true;
    image.updatedAtMs = atMs;
  }

  #running(projectId: number): number {
    return this.#runningByProject.get(projectId) ?? 0;
  }
}

/** Ends a task, with success or failure. */
export function endTask(task: TaskRecord, state: 'FINISHED' | 'ERROR', atMs: number): void {
  task.state = state;
  task.updatedAtMs = atMs;
  task.finishedAtMs = atMs;
}

function saving(image: ImageRecord, atMs: number): void {
  if (image.status !== 'queued') return;
  image.status = 'saving';
  image.updatedAtMs = atMs;
}

function activate(image: ImageRecord, bytes: number, atMs: number): void {
  image.status = 'active';
  image.sizeBytes = bytes;
  image.minDiskGib = Math.ceil(bytes / 2 ** 30);
  image.lockedBy = null;
  image.updatedAtMs = atMs;
}
