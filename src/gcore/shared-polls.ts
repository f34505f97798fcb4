import type {Clock} from '../waiting/clock.ts';
import type {Gcore, Scope, SeenTask} from './gcore.ts';
import {RequestError} from './request-error.ts';
import type {Task} from './wire.ts';

/** The service may round the creation time of a task. */
const ROUNDING_MS = 1000;
/** How long the same list of recent tasks serves all regions. */
const HOLD_MS = 60_000;

/** A task that a wait polls. */
interface OpenTask {
  readonly createdAt: Date;
  /** When the request for its last known state was sent, on the clock's scale. */
  readonly toldAtMs: number;
}

/** A list of tasks that was requested. */
interface Listing {
  readonly sentAtMs: number;
  readonly tasks: Promise<readonly Task[]>;
  isAnswered: boolean;
}

/**
 * Lets waits in several regions share their polls: one listing has the states of all their tasks. With one region, nothing changes.
 *
 * The first poll of a task reads the task itself, which has its creation time. After that, while several tasks are open, a poll
 * lists the tasks created since the oldest of them. A task that is missing in the list is read by itself, because a missing row does not
 * mean that it is gone. If listings are refused, every task is read by itself. If a listing fails in another way, all polls
 * that share it fail, and no others.
 *
 * A poll shares a listing that is in flight, or that was sent within the last third of the time since the last known state of its task.
 * So polls that are due at about the same time share one, and few of them see a state late.
 *
 * @param scopes the scopes of the waits, all in one project
 */
export function shareTaskPolls(gcore: Gcore, scopes: readonly Scope[], clock: Clock): Gcore {
  const finished = held(clock, () => gcore.pollFinishedTasks(scopes), Number.POSITIVE_INFINITY);
  // How long imports take does not change much within hours: one list serves the whole step.
  const pollFinishedTasks = async (asked: readonly Scope[]) => inScopes(await finished(), asked);
  if (scopes.length < 2) return {...gcore, pollFinishedTasks};
  const polls = new SharedPolls(gcore, scopes, clock);
  const recent = held(clock, () => gcore.listRecentTasks(scopes), HOLD_MS);
  return {
    ...gcore,
    getTask: (taskId) => polls.getTask(taskId),
    // With an older list, only more tasks count as new, which is safe.
    listRecentTasks: async (asked) => inScopes(await recent(), asked),
    pollFinishedTasks,
  };
}

class SharedPolls {
  readonly #gcore: Gcore;
  readonly #scopes: readonly Scope[];
  readonly #clock: Clock;
  /** By ID, the tasks that had not ended when they were last seen. */
  readonly #open = new Map<string, OpenTask>();
  #latest: Listing | undefined;

  constructor(gcore: Gcore, scopes: readonly Scope[], clock: Clock) {
    this.#gcore = gcore;
    this.#scopes = scopes;
    this.#clock = clock;
  }

  async getTask(taskId: string): Promise<SeenTask> {
    const open = this.#open.get(taskId);
    if (open !== undefined && this.#open.size > 1) {
      const listing = this.#sharedListing(open.toldAtMs);
      const task = (await unlessRefused(listing.tasks))?.find(({id}) => id === taskId);
      if (task !== undefined) return {...this.#remember(task, listing.sentAtMs), ageMs: undefined};
    }
    const sentAtMs = this.#clock.now();
    return this.#remember(await this.#gcore.getTask(taskId), sentAtMs);
  }

  /** The latest listing, if it is recent enough for a task that was last told at `toldAtMs`; else a new one. */
  #sharedListing(toldAtMs: number): Listing {
    const latest = this.#latest;
    const nowMs = this.#clock.now();
    const oldestMs = latest?.isAnswered === true ? nowMs - (nowMs - toldAtMs) / 3 : toldAtMs;
    if (latest !== undefined && latest.sentAtMs > oldestMs) return latest;
    return this.#list();
  }

  #list(): Listing {
    const oldestMs = Math.min(...[...this.#open.values()].map(({createdAt}) => createdAt.getTime()));
    const tasks = this.#gcore.pollTasks(this.#scopes, new Date(oldestMs - ROUNDING_MS));
    const listing: Listing = {sentAtMs: this.#clock.now(), tasks, isAnswered: false};
    this.#latest = listing;
    tasks.then(
      () => {
        listing.isAnswered = true;
      },
      () => {
        if (this.#latest === listing) this.#latest = undefined;
      },
    );
    return listing;
  }

  #remember<T extends Task>(task: T, toldAtMs: number): T {
    const {id, state, createdAt} = task;
    const isOpen = state !== 'FINISHED' && state !== 'ERROR' && createdAt !== undefined;
    if (isOpen) this.#open.set(id, {createdAt, toldAtMs});
    else this.#open.delete(id);
    return task;
  }
}

/** A list that is requested again only if it is older than `holdMs` or its request failed. */
function held<T>(clock: Clock, request: () => Promise<T>, holdMs: number): () => Promise<T> {
  let latest: {readonly sentAtMs: number; readonly list: Promise<T>} | undefined;
  return () => {
    if (latest !== undefined && clock.now() - latest.sentAtMs < holdMs) return latest.list;
    const current = {sentAtMs: clock.now(), list: request()};
    current.list.catch(() => {
      if (latest === current) latest = undefined;
    });
    latest = current;
    return current.list;
  };
}

function inScopes(tasks: readonly Task[], scopes: readonly Scope[]): readonly Task[] {
  const regionIds = new Set(scopes.map(({regionId}) => regionId));
  return tasks.filter(({regionId}) => regionId !== undefined && regionIds.has(regionId));
}

/** If listings are refused, reading single tasks may still be allowed. */
async function unlessRefused(tasks: Promise<readonly Task[]>): Promise<readonly Task[] | undefined> {
  try {
    return await tasks;
  } catch (error) {
    if (error instanceof RequestError && error.outcome === 'refused') return undefined;
    throw error;
  }
}
