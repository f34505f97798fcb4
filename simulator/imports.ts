import type {Clock, ImageRecord, TaskRecord, Timing} from './model.ts';
import type {Schedule} from './schedule.ts';
import {type Fetched, fetchSource} from './source.ts';

/** When the row of an uploaded image appears in list and get. */
export type ImageVisible = 'posted' | 'running' | 'finished';

export interface ImportRules {
  readonly slots: number;
  readonly startWithinMs: number;
  readonly imageVisible: ImageVisible;
  readonly inRealTime: boolean;
}

export interface Import {
  readonly image: ImageRecord;
  readonly task: TaskRecord;
  readonly sourceUrl: string;
  readonly timing: Timing;
}

/**
 * The life of an import: its task waits for one of the project's slots, runs while the source is fetched, and ends;
 * after that the image is still being saved for a while, locked and without a size.
 */
export class Imports {
  readonly #schedule: Schedule;
  readonly #clock: Clock;
  readonly #rules: ImportRules;
  readonly #discard: (image: ImageRecord) => void;
  readonly #stop = new AbortController();
  readonly #runningByProject = new Map<number, number>();
  #waiting: Import[] = [];

  constructor(schedule: Schedule, clock: Clock, rules: ImportRules, discard: (image: ImageRecord) => void) {
    this.#schedule = schedule;
    this.#clock = clock;
    this.#rules = rules;
    this.#discard = discard;
  }

  accept(one: Import, atMs: number): void {
    one.image.listed = this.#rules.imageVisible === 'posted';
    this.#schedule.at(atMs + one.timing.newMs, (dueMs) => this.#askForSlot(one, dueMs));
    this.#schedule.at(atMs + this.#rules.startWithinMs, (dueMs) => this.#reap(one, dueMs));
  }

  /** Drops the downloads under way. */
  stop(): void {
    this.#stop.abort();
  }

  #askForSlot(one: Import, atMs: number): void {
    if (this.#running(one.task.projectId) < this.#rules.slots) this.#start(one, atMs);
    else this.#waiting.push(one);
  }

  #start(one: Import, atMs: number): void {
    const {image, task, timing} = one;
    // Reaped while it was still NEW.
    if (task.state !== 'NEW') return;
    this.#runningByProject.set(task.projectId, this.#running(task.projectId) + 1);
    task.state = 'RUNNING';
    task.updatedAtMs = atMs;
    if (this.#rules.imageVisible !== 'finished') image.listed = true;
    this.#schedule.at(atMs + timing.queuedMs, (dueMs) => saving(image, dueMs));
    this.#fetchUntil(one, atMs + timing.runningMs);
  }

  /**
   * On a clock of the tests' own, and in an import that is to take no time, a fetch takes none: whoever looks then waits for it. Otherwise it takes
   * its real time.
   */
  #fetchUntil(one: Import, earliestMs: number): void {
    const fetched = fetchSource(one.sourceUrl, this.#stop.signal);
    if (!this.#rules.inRealTime || one.timing.runningMs === 0) {
      this.#schedule.at(earliestMs, async (dueMs) => this.#end(one, await fetched, dueMs));
      return;
    }
    void fetched.then((source) => {
      if (this.#stop.signal.aborted) return;
      this.#schedule.at(Math.max(earliestMs, this.#clock.now()), (dueMs) => this.#end(one, source, dueMs));
    });
  }

  #end(one: Import, source: Fetched, atMs: number): void {
    const {image, task, timing} = one;
    if (source.ok) {
      endTask(task, 'FINISHED', atMs);
      task.imageIds = [image.id];
      image.listed = true;
      this.#schedule.at(atMs + timing.savingMs, (dueMs) => activate(image, source.bytes, dueMs));
    } else {
      this.#fail(one, source.message, atMs);
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
    const minutes = this.#rules.startWithinMs / 60_000;
    const message = `Task was not started within ${minutes} minutes of creation. Too many tasks may be running; try again.`;
    this.#fail(one, message, atMs);
  }

  #fail({image, task}: Import, message: string, atMs: number): void {
    endTask(task, 'ERROR', atMs);
    task.error = message;
    this.#discard(image);
  }

  #running(projectId: number): number {
    return this.#runningByProject.get(projectId) ?? 0;
  }
}

/** Ends a task, one way or the other. */
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
