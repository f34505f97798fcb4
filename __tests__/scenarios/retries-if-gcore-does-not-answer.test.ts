import {describe, expect, it} from '@jest/globals';
import {refusedInShort} from '../../simulator/problems.ts';
import {setStage} from '../fixtures/stage.ts';

const status = (code: number) => ({kind: 'status', status: code}) as const;

describe('an upload', () => {
  it.concurrent('goes on if the reads of the regions fail and the POST is throttled, three times each', async () => {
    await using stage = await setStage();
    stage.cloud.script({request: 'regions', times: 3, answer: status(503)});
    stage.cloud.script({request: 'upload', times: 3, effect: 'none', answer: status(429)});
    const {exitCode, log} = await stage.upload();
    expect(exitCode).toBe(0);
    expect(log).toMatch(/GET \/cloud\/v1\/regions: 503 .*Retrying until Gcore answers, for 5 minutes at most\./);
  });

  it.concurrent('goes on if a login page or a gateway answers in place of the service, before the upload and after', async () => {
    await using stage = await setStage({timing: {runningMs: 1000, savingMs: 1000}});
    const {cloud} = stage;
    const login = {kind: 'status', status: 302, headers: {location: 'https://login.example/'}} as const;
    cloud.script({request: 'regions', times: 2, answer: login}, {request: 'images', answer: status(400)});
    cloud.script({request: 'task', nth: 2, answer: login}, {request: 'image', nth: 1, answer: status(418)});
    const {exitCode} = await stage.upload();
    expect(exitCode).toBe(0);
    expect(cloud.requests('upload')).toHaveLength(1);
  });

  it.concurrent('ends by its deadline if a read hangs', async () => {
    await using stage = await setStage();
    stage.cloud.script({request: 'regions', times: Infinity, answer: {kind: 'hang'}});
    const {exitCode, log, elapsedMs} = await stage.upload({'timeout-minutes': '0.05'});
    expect(exitCode).toBe(1);
    expect(log).toContain('no complete answer within ');
    // Three seconds, and what it takes to start and end the process on a busy machine; a read has twenty seconds otherwise.
    expect(elapsedMs).toBeLessThan(15_000);
  });

  it.concurrent('shows the text of an error that has no message', async () => {
    await using stage = await setStage();
    stage.cloud.script({
      request: 'any',
      times: Infinity,
      effect: 'none',
      answer: refusedInShort(401, 'Token is expired', 'token_expired'),
    });
    const {log} = await stage.upload();
    expect(log).toContain('401 Token is expired');
  });
});
