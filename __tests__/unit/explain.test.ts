import {describe, expect, it} from '@jest/globals';
import {quotaLine, refusalIn} from '../../src/gcore/refusal.ts';
import {RequestError} from '../../src/gcore/request-error.ts';
import {ImportFailed, NameTaken} from '../../src/images/errors.ts';
import {explainFailure} from '../../src/images/explain.ts';
import {explainPublish} from '../../src/images/publish/explain-publish.ts';
import {DeadlinePassed} from '../../src/waiting/poll.ts';

const DETAILS = {known: ['A fact.'], resume: 'Run this job again.'};
const importError = (reason: string) => explainFailure(new ImportFailed('t', reason), DETAILS);

describe('a limit that was reached', () => {
  it.each([
    ['Quota limit for image_count exceeded by 1', '', 'quota'],
    ['The project has no quota left', '', 'quota'],
    ['too much', 'QuotaLimitExceed', 'quota'],
    ['The region 7 has reached the limit', 'ForbiddenError', 'region-full'],
    ['No valid host was found. There are not enough hosts available.', '', 'no-capacity'],
    ['Task was not started within 10 minutes of creation. Marked as failed by scheduler cleanup.', '', 'no-capacity'],
    ['You have no access to project 1.', 'ForbiddenError', undefined],
    ['Image could not be downloaded', '', undefined],
  ])('is recognised by %j and class %j: %s', (text, exceptionClass, refusal) => {
    expect(refusalIn(text, exceptionClass)).toBe(refusal);
  });

  it('shows what a quota is for, how much is used, and the limit', () => {
    const info = {attribute: 'image_count', current_usage: 50, requested_usage: 1, limit: 50};
    expect(quotaLine(info)).toBe('Quota image_count: 50 used, 1 requested, the limit is 50.');
    expect(quotaLine({...info, attribute: 'image_size', current_usage: 2 ** 30})).toContain('1 GiB used');
    expect(quotaLine('no info')).toBeUndefined();
  });
});

describe('an exceeded quota', () => {
  it.each([400, 403, 409, 422, 500])('has the same advice at %i', (status) => {
    const error = new RequestError({
      outcome: 'refused',
      method: 'POST',
      path: '/x',
      status,
      reason: `${status} Quota limit for image_count exceeded by 1`,
      refusal: 'quota',
      info: {attribute: 'image_count', limit: 50},
    });
    const {message, section} = explainFailure(error, DETAILS);
    expect(message).toMatch(/^The quota is used up: POST/);
    expect(message).toContain('Quota image_count: the limit is 50.');
    expect(message).toContain('"prune"');
    expect(message).not.toMatch(/role|Fix what it names/);
    expect(section).toBe('the-quota-is-used-up');
  });

  it('has it in the error of a task, too', () => {
    expect(importError('QuotaLimitExceed: Quota limit for image_count exceeded by 1').next).toContain('"prune"');
  });
});

it.each([
  'No valid host was found. There are not enough hosts available.',
  'Task was not started within 10 minutes of creation. Marked as failed by scheduler cleanup.',
])('says for %j that the region has no capacity, and nothing about the URL', (reason) => {
  const {next, section} = importError(reason);
  expect(next).toContain('no capacity');
  expect(next).not.toContain('URL');
  expect(section).toBe('gcore-has-no-room-for-the-import');
});

it('says to check the URL if Gcore could not fetch it', () => {
  expect(importError('Image could not be downloaded: HTTP 503').next).toBe(
    'Check that the file is a disk image. If you gave its URL, check that it answers HEAD and GET without credentials. Run this job again.',
  );
});

it.each([
  ['reuse', 'replace or duplicate'],
  ['fail', 'reuse, replace or duplicate'],
] as const)('with if-exists: %s, a name that is taken is answered with %s', (ifExists, others) => {
  const {next} = explainPublish(new NameTaken('image x'), {progress: {stage: 'not-sent'}, failedImports: []}, ifExists);
  expect(next).toBe(`Publish under another name, or set if-exists to ${others}.`);
});

describe('a wait that is out of time while answers cannot be read', () => {
  it('says what is wrong with them', () => {
    const lastFailure = new RequestError({
      outcome: 'unknown',
      method: 'GET',
      path: '/x',
      status: 200,
      reason: 'an answer of an unexpected shape (size: not a number)',
    });
    const progress = {state: undefined, elapsedMs: 0, failedPolls: 25, lastFailure};
    expect(explainFailure(new DeadlinePassed(progress), DETAILS).what).toBe(
      'Stopped waiting: the time of this step (timeout-minutes) is over. Last state seen: none; 25 polls failed, the last one with 200 that could not be read (GET /x: an answer of an unexpected shape (size: not a number)).',
    );
  });
});
