import {describe, expect, it} from '@jest/globals';
import {fleetOf} from '../../simulator/simulator.ts';
import {ExplainedError} from '../../src/errors.ts';
import {PROMOTE_AGAIN} from '../../src/images/promote/check.ts';
import {refuseAll, throwPromoteFailures, throwRefusal} from '../../src/images/promote/explain-promote.ts';
import type {RegionResult} from '../../src/images/regions.ts';
import {imageOf, virtualRun} from '../fixtures/fake-gcore.ts';

type Checks = Parameters<typeof refuseAll>[0];
type Check = Checks[number];

const image = imageOf({id: 'new'});
const scopes = fleetOf(27).map(({id, name}) => ({projectId: 1, regionId: id, regionName: name}));

/** Regions of which the first ones have failed. */
function checksOf(count: number, errors: readonly ExplainedError[], isOptional = false): Checks {
  return scopes.slice(0, count).map((scope, at): Check => {
    const error = errors[at];
    const checked = {kind: 'checked', scope, image, isCurrent: false, previous: undefined, at: new Date(0)} as const;
    return {scope, isOptional, outcome: error === undefined ? checked : {kind: 'failed', error}};
  });
}

const failed = (what: string, next = PROMOTE_AGAIN) =>
  new ExplainedError(what, {known: ['Known.'], next, section: 'an-image-cannot-be-promoted'});

function thrownBy(work: () => void): ExplainedError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ExplainedError) return error;
    throw error;
  }
}

const refusal = (checks: Checks) => thrownBy(() => throwRefusal(checks));

describe('a check that failed in a region', () => {
  it('refuses the others too, and names where it failed', () => {
    const [first, second] = refuseAll(checksOf(2, [failed('Not ready.')]));
    expect(first?.outcome).toMatchObject({kind: 'failed', error: {what: 'Not ready.'}});
    expect(second?.outcome).toMatchObject({
      kind: 'failed',
      error: {
        what: 'Not promoted: the check failed in Luxembourg-2 (7).',
        known: ['Nothing was changed here.'],
        next: PROMOTE_AGAIN,
      },
    });
  });

  it('names five regions at most', () => {
    const errors = (count: number) => Array.from({length: count}, () => failed('Not ready.'));
    const lastOf = (checks: Checks) => refuseAll(checks).at(-1)?.outcome as {error: ExplainedError};
    expect(lastOf(checksOf(6, errors(5))).error.what).toMatch(/Frankfurt \(26\)\.$/);
    expect(lastOf(checksOf(9, errors(7))).error.what).toMatch(/Frankfurt \(26\) and 2 more\.$/);
  });

  it('is the error of the step, with what to do about each reason', () => {
    const error = refusal(checksOf(3, [failed('Not ready.', 'Wait.')]));
    expect(error).toMatchObject({
      what: 'Nothing was promoted, in any region: the check failed in 1 of 3 regions.',
      known: ['[Luxembourg-2 (7)] Not ready.', '– Known.', '– Wait.'],
      next: PROMOTE_AGAIN,
      section: 'an-image-cannot-be-promoted',
    });
  });

  it('says what to do once if all reasons have the same advice', () => {
    expect(refusal(checksOf(2, [failed('Not ready.')]))?.known).toEqual(['[Luxembourg-2 (7)] Not ready.', '– Known.']);
  });

  it('of another kind in each region has the section of some regions that failed', () => {
    const other = new ExplainedError('Refused.', {next: PROMOTE_AGAIN, section: 'the-time-is-up'});
    expect(refusal(checksOf(2, [failed('Not ready.'), other]))?.section).toBe('some-regions-failed');
  });

  it('is the error of the only region as it is', () => {
    const error = failed('Not ready.');
    expect(refusal(checksOf(1, [error]))).toBe(error);
  });

  it('stays within what the runner keeps, whatever failed', () => {
    const errors = scopes.map((_, at) => failed(`Reason ${String.fromCharCode(97 + at).repeat(400)}`, 'Wait.'));
    expect(refusal(checksOf(27, errors))?.message.length).toBeLessThan(3700);
  });
});

describe('a promotion that failed', () => {
  const end = (results: readonly RegionResult<Check['outcome'] & {kind: 'checked'}>[] | Checks) => {
    const run = virtualRun();
    return {error: thrownBy(() => throwPromoteFailures(results, run.log)), lines: run.lines};
  };

  it('in a required region is red, with the balance', () => {
    expect(end(checksOf(3, [failed('Lost.')])).error?.what).toBe('1 of 3 regions failed; 2 promoted or unchanged.');
  });

  it('in optional regions is a warning', () => {
    const {error, lines} = end(checksOf(2, [failed('Lost.')], true));
    expect([error, lines]).toEqual([undefined, [`Optional: Luxembourg-2 (7) failed. Lost. ${PROMOTE_AGAIN}`]]);
  });

  it('nowhere is none', () => {
    expect(end(checksOf(2, []))).toEqual({error: undefined, lines: []});
  });
});
