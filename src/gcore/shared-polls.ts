import type {Clock} from '../waiting/clock.ts';
import type {Gcore, Scope, SeenTask} from './gcore.ts';
import {RequestError} from './request-error.ts';
import type {Task} from './wire.ts';

/** The service may round the time at which a task was made. */
const ROUNDING_MS = 1000;
/** What other imports took does not change from one minute to the next. */
const USUAL_HOLDS_MS = 60_000;

/** A task that somebody waits for, as far as is known. */
interface Open {
  readonly createdAt: Date;
  /** When the request began that last told of it, on the clock's scale. */
  readonly newsFromMs: number;
}

/** A listing that was asked for, answered or not. */
interface Listing {
  readonly beganAtMs: number;
  readonly tasks: Promise<readonly Task[]>;
  isAnswered: boolean;
}

/**
 * Has waits in several places share their looks at tasks: one listing tells of all of them. With one place, nothing changes.
 *
 * A task is first asked for by itself, which tells when it was made; from then on, while there are several, the tasks made since the
 * oldest of them are listed. A task that a listing lacks is asked for by itself: to be missing there is not to be gone. So is every
 * task where listings are refused. A listing that fails otherwise has failed for all who wait for it, and for nobody else.
 *
 * A look takes the word of a listing that is under way already, or that is no older than a third of the time since its own last
 * news: looks that come due side by side share one, and hardly any is told late.
 *
 * @param places where the waits are, all of one project
 */
export function shareTaskPolls(gcore: Gcore, scopes: readonly Scope[], clock: Clock): Gcore {
  if (scopes.length < 2) return gcore;
  const looks = new SharedPolls(gcore, scopes, clock);
  return {
    ...gcore,
    getTask: (taskId) => looks.getTask(taskId),
    pollFinishedTasks: (asked, type) => looks.pollFinishedTasks(asked, type),
  };
}

class SharedPolls {
  readonly #gcore: Gcore;
  readonly #scopes: readonly Scope[];
  readonly #clock: Clock;
  /** By ID, the tasks that had not ended when they were last seen. */
  readonly #open = new Map<string, Open>();
  /** By type. */
  readonly #finished = new Map<string, Listing>();
  #latest: Listing | undefined;

  constructor(gcore: Gcore, scopes: readonly Scope[], clock: Clock) {
    this.#gcore = gcore;
    this.#scopes = scopes;
    this.#clock = clock;
  }

  async getTask(taskId: string): Promise<SeenTask> {
    const open = this.#open.get(taskId);
    if (open !== undefined && this.#open.size > 1) {
      const listing = this.#listingAfter(open.newsFromMs);
      const task = (await orRefused(listing.tasks))?.find(({id}) => id === taskId);
      if (task !== undefined) return {...this.#noted(task, listing.beganAtMs), ageMs: undefined};
    }
    const beganAtMs = this.#clock.now();
    return this.#noted(await this.#gcore.getTask(taskId), beganAtMs);
  }

  async pollFinishedTasks(asked: readonly Scope[], type: string): Promise<readonly Task[]> {
    const known = this.#finished.get(type);
    const isFresh = known !== undefined && known.beganAtMs + USUAL_HOLDS_MS > this.#clock.now();
    const listing = isFresh ? known : this.#begin(this.#gcore.pollFinishedTasks(this.#scopes, type));
    this.#finished.set(type, listing);
    listing.tasks.catch(() => this.#finished.delete(type));
    const regionIds = new Set(asked.map(({regionId}) => regionId));
    return (await listing.tasks).filter(({regionId}) => regionId !== undefined && regionIds.has(regionId));
  }

  #listingAfter(newsFromMs: number): Listing {
    const latest = this.#latest;
    const nowMs = this.#clock.now();
    const takesFromMs = latest?.isAnswered === true ? nowMs - (nowMs - newsFromMs) / 3 : newsFromMs;
    if (latest !== undefined && latest.beganAtMs > takesFromMs) return latest;
    const oldest = Math.min(...[...this.#open.values()].map(({createdAt}) => createdAt.getTime()));
    const listing = this.#begin(this.#gcore.pollTasks(this.#scopes, new Date(oldest - ROUNDING_MS)));
    this.#latest = listing;
    const forget = () => {
      if (this.#latest === listing) this.#latest = undefined;
    };
    listing.tasks.catch(forget);
    return listing;
  }

  #begin(tasks: Promise<readonly Task[]>): Listing {
    const listing = {beganAtMs: this.#clock.now(), tasks, isAnswered: false};
    const answered = () => {
      listing.isAnswered = true;
    };
    tasks.then(answered, answered);
    return listing;
  }

  #noted<T extends Task>(task: T, newsFromMs: number): T {
    const {id, state, createdAt} = task;
    const isOpen = state !== 'FINISHED' && state !== 'ERROR' && createdAt !== undefined;
    if (isOpen) this.#open.set(id, {createdAt, newsFromMs});
    else this.#open.delete(id);
    return task;
  }
}

/** Where a listing is refused, the tasks themselves may not be. */
async function orRefused(tasks: Promise<readonly Task[]>): Promise<readonly Task[] | undefined> {
  try {
    return await tasks;
  } catch (error) {
    if (error instanceof RequestError && error.outcome === 'refused') return undefined;
    throw error;
  }
}
