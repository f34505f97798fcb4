import pLimit from 'p-limit';
import {ExplainedError} from '../errors.ts';
import type {Scope} from '../gcore/gcore.ts';
import {RequestError} from '../gcore/request-error.ts';
import type {Log, Run} from '../waiting/run.ts';
import {PublishFailed} from './publish/progress.ts';

/** What came of the work in one region. */
export interface RegionResult<T> {
  readonly scope: Scope;
  /** What the work came to; undefined where it failed. */
  readonly value?: T;
  readonly error?: ExplainedError;
}

export interface RegionWork<T> {
  readonly scopes: readonly Scope[];
  /** How many regions are worked on at a time. */
  readonly maxParallel: number;
  /** The work in one region; the log it is given is the region's own. Throws ExplainedError. */
  readonly work: (scope: Scope, run: Run) => Promise<T>;
  /** Called as soon as a region is settled. */
  readonly onSettled: (result: RegionResult<T>) => void;
}

/**
 * Does the same work in every region, some at a time, and settles them all: one region's failure is not another's. Only what every
 * region would fail in the same way, a refused key or a body that Gcore finds fault with, keeps those back that have not begun.
 *
 * An import that was given up on may go on in the cloud. It keeps its place among those that run, for the service fails
 * tasks that wait too long for theirs.
 *
 * @returns the results in the order of the places; it throws nothing
 */
export async function inEachRegion<T>(
  {scopes, maxParallel, work, onSettled}: RegionWork<T>,
  run: Run,
): Promise<readonly RegionResult<T>[]> {
  const limit = pLimit(maxParallel);
  let abandoned = 0;
  let sharedFailure: ExplainedError | undefined;

  const settle = async (scope: Scope): Promise<RegionResult<T>> => {
    if (sharedFailure !== undefined) return {scope, error: sharedFailure};
    if (abandoned === maxParallel) return {scope, error: noTurn(maxParallel)};
    try {
      const log = scopes.length === 1 ? run.log : prefixed(run.log, `[${scope.regionName}] `);
      return {scope, value: await work(scope, {...run, log})};
    } catch (thrown) {
      const error = thrown instanceof ExplainedError ? thrown : new ExplainedError(String(thrown), {cause: thrown});
      if (isShared(error)) sharedFailure ??= error;
      if (error instanceof PublishFailed && error.importMayGoOn) abandoned += 1;
      limit.concurrency = Math.max(1, maxParallel - abandoned);
      return {scope, error};
    }
  };

  return await Promise.all(
    scopes.map((scope) =>
      limit(async () => {
        const result = await settle(scope);
        onSettled(result);
        return result;
      }),
    ),
  );
}

/**
 * Makes one error of the failures of several regions, or hands on the only region's own.
 *
 * @throws ExplainedError where any region failed
 */
export function throwFailures(results: readonly RegionResult<unknown>[]): void {
  const failed = results.flatMap(({scope, error}) => (error === undefined ? [] : [{scope, error}]));
  const [first] = failed;
  if (first === undefined) return;
  if (results.length === 1) throw first.error;
  const byError = Map.groupBy(failed, ({error}) => error);
  const known = [...byError].flatMap(([{what, known: lines, next}, regions]) => [
    `[${regions.map(({scope}) => scope.regionName).join(', ')}] ${what}`,
    ...lines.map((line) => `– ${line}`),
    ...(next === undefined ? [] : [`– ${next}`]),
  ]);
  const rest = results.length - failed.length;
  throw new ExplainedError(`${failed.length} of ${results.length} regions failed:`, {
    known,
    next: rest === 0 ? 'No region worked.' : `The other ${rest} worked: the output "images" has their IDs.`,
    cause: new AggregateError(failed.map(({error}) => error)),
  });
}

function isShared({cause}: ExplainedError): boolean {
  return cause instanceof RequestError && (cause.status === 401 || cause.isAboutBody);
}

function noTurn(maxParallel: number): ExplainedError {
  return new ExplainedError('This region never had its turn.', {
    known: [
      'Nothing was uploaded.',
      `Imports that were given up on may still run in all ${maxParallel} places (max-parallel).`,
    ],
    next: 'Run this job again once those imports are over.',
  });
}

function prefixed(log: Log, prefix: string): Log {
  return {
    debug: (line) => log.debug(prefix + line),
    info: (line) => log.info(prefix + line),
    notice: (line) => log.notice(prefix + line),
    warning: (line) => log.warning(prefix + line),
  };
}
