import {randomUUID} from 'node:crypto';
import {describe, expect, it} from '@jest/globals';
import {fleetOf} from '../../simulator/simulator.ts';
import {ExplainedError} from '../../src/errors.ts';
import type {Scope} from '../../src/gcore/gcore.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import {explainFailure, NOTHING_CHANGED} from '../../src/images/explain.ts';
import {throwFailures} from '../../src/images/explain-regions.ts';
import type {RegionOutcome} from '../../src/images/outcome.ts';
import {explainPublish} from '../../src/images/publish/explain-publish.ts';
import type {RegionResult} from '../../src/images/regions.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {virtualRun} from '../fixtures/fake-gcore.ts';

const SCOPES: readonly Scope[] = fleetOf(27).map(({id, name}) => ({projectId: 1, regionId: id, regionName: name}));
const ACCEPTED: RegionOutcome = {kind: 'accepted', taskIds: [], created: true};

function failing(
  fail: (scope: Scope, at: number) => ExplainedError | undefined,
): readonly RegionResult<RegionOutcome>[] {
  return SCOPES.map((scope, at) => {
    const error = fail(scope, at);
    return {scope, isOptional: false, outcome: error === undefined ? ACCEPTED : {kind: 'failed', error}};
  });
}

function errorOf(results: readonly RegionResult<RegionOutcome>[]): ExplainedError {
  try {
    throwFailures(results, virtualRun().log);
  } catch (error) {
    if (error instanceof ExplainedError) return error;
  }
  throw new Error('nothing was thrown');
}

const cancelledImport = () =>
  explainPublish(
    new Cancelled('SIGINT'),
    {progress: {stage: 'accepted', taskIds: [randomUUID()], marker: randomUUID()}, failedImports: []},
    'reuse',
  );

const refused = ({regionId}: Scope, reason = '503 Service Unavailable') =>
  explainFailure(
    new RequestError({
      outcome: 'unknown',
      method: 'GET',
      path: `/cloud/v3/gpu/virtual/1/${regionId}/images`,
      status: 503,
      reason,
      requestId: randomUUID(),
    }),
    NOTHING_CHANGED,
  );

describe('the error of 27 regions', () => {
  it('says the same thing once if all were cancelled, and fits', () => {
    const {message} = errorOf(failing(cancelledImport));
    expect(message.length).toBeLessThan(1500);
    expect(message.match(/The step was cancelled/g)).toHaveLength(1);
    expect(message).toContain('Task … is the import.');
    expect(message).toMatch(/^27 of 27 regions failed: /);
    expect(message).toMatch(/\nRun this job again: it goes on where this run stopped, and starts no second import\.$/);
  });

  it('begins with the balance', () => {
    const {what} = errorOf(failing((scope, at) => (at < 2 ? refused(scope) : undefined)));
    const [first, second] = SCOPES;
    const names = `${first?.regionName} (${first?.regionId}), ${second?.regionName} (${second?.regionId})`;
    expect(what).toBe(`2 of 27 regions failed: ${names}; 25 being imported`);
  });

  it('has one group for texts that differ in path, request ID and number of the region alone', () => {
    const {known} = errorOf(
      failing((scope) => refused(scope, `403 The region ${scope.regionId} has reached the limit`)),
    );
    expect(known.filter((line) => line.startsWith('['))).toHaveLength(1);
  });

  it('keeps different reasons apart, the most frequent first', () => {
    const {known} = errorOf(failing((scope, at) => (at === 0 ? refused(scope, '418 teapot') : refused(scope))));
    const heads = known.filter((line) => line.startsWith('['));
    expect(heads).toEqual([expect.stringContaining('503'), expect.stringContaining('418 teapot')]);
  });

  it('fits if each region fails in another way with a long text, and says that the summary has the rest', () => {
    const different = (_: Scope, at: number) =>
      new ExplainedError(`${String.fromCharCode(65 + at).repeat(3)} ${'words '.repeat(80)}`, {
        known: ['One fact.', 'Another fact.'],
        next: `Do ${String.fromCharCode(65 + at)}.`,
      });
    const {message} = errorOf(failing(different));
    expect(message.length).toBeLessThan(3700);
    expect(message).toMatch(/the summary has the rest/i);
  });

  it('is the error itself if there is one region', () => {
    const error = new ExplainedError('It failed.');
    const [scope] = SCOPES;
    if (scope === undefined) throw new Error('no regions');
    expect(errorOf([{scope, isOptional: false, outcome: {kind: 'failed', error}}])).toBe(error);
  });

  it('links to the section that all reasons share, else to that of several regions', () => {
    expect(errorOf(failing(cancelledImport)).section).toBe('the-step-was-cancelled');
    expect(errorOf(failing((scope, at) => (at === 0 ? cancelledImport() : refused(scope)))).section).toBe(
      'some-regions-failed',
    );
  });
});
