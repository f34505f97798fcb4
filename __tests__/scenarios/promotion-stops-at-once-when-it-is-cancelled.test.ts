import {expect, it} from '@jest/globals';
import {fleetOf} from '../../simulator/simulator.ts';
import {promotedAt, setChannelStage} from '../fixtures/channel-stage.ts';

/** A PATCH in flight is given five seconds for its answer, and the step six in all. */
const GONE_WITHIN_MS = 6000;

it('stops in the middle of 27 regions, says which are done, and a re-run completes the promotion', async () => {
  const fleet = fleetOf(27);
  await using stage = await setChannelStage({regions: fleet});
  for (const {id} of fleet) {
    stage.add('trainer-v1', {regionId: id, tags: promotedAt(1)});
    stage.add('trainer-v2', {regionId: id});
  }
  const inputs = {name: 'trainer-v2', region: fleet.map(({name}) => name).join()};
  let hangs = true;
  const match = () => hangs;
  stage.cloud.script({request: 'patch', match, nth: 11, times: Infinity, effect: 'none', answer: {kind: 'hang'}});
  let cancelledAtMs = 0;
  stage.cloud.on('request', ({kind}) => {
    if (kind !== 'patch' || stage.cloud.requests('patch').length < 15 || cancelledAtMs > 0) return;
    cancelledAtMs = performance.now();
    step.kill('SIGINT');
  });
  const step = stage.startPromote(inputs);
  const {exitCode, outputs, log, summary} = await step.result;

  expect(performance.now() - cancelledAtMs).toBeLessThan(GONE_WITHIN_MS);
  expect(exitCode).toBe(1);
  const images: Record<string, {name?: string; error?: string}> = JSON.parse(outputs['images'] ?? '');
  const done = Object.entries(images).filter(([, {error}]) => error === undefined);
  for (const [id, {name}] of done)
    expect([name, await stage.current(Number(id))]).toEqual(['trainer-v2', 'trainer-v2']);
  expect(done.length).toBeGreaterThan(0);
  expect(JSON.parse(outputs['failed-regions'] ?? '')).toHaveLength(27 - done.length);
  expect(log).toContain('The step was cancelled (SIGINT).');
  expect(log).toContain('Not started: cancelled while this region waited for a free slot.');
  expect(log).toMatch(/Image \S+ may be the current image of stable here: its tag was sent, and not confirmed\./);
  expect(summary).toContain(`❌ Not promoted to stable in ${27 - done.length} of 27 regions`);

  // A write whose answer nobody waited for may have been made.
  const current = await Promise.all(fleet.map(({id}) => stage.current(id)));
  const made = current.filter((name) => name === 'trainer-v2').length;
  hangs = false;
  const again = await stage.promote(inputs);
  expect(again.exitCode).toBe(0);
  expect(again.log).toContain(`notice: Channel stable: ${made} unchanged, ${27 - made} promoted.`);
  expect(await Promise.all(fleet.map(({id}) => stage.current(id)))).toEqual(Array(27).fill('trainer-v2'));
  const previous: Record<string, {name: string}> = JSON.parse(again.outputs['previous'] ?? '');
  expect(Object.values(previous).map(({name}) => name)).toEqual(Array(27).fill('trainer-v1'));
}, 60_000);

it('changes nothing if it is cancelled while it checks', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1');
  stage.cloud.script({request: 'images', times: Infinity, answer: {kind: 'hang'}});
  stage.cloud.on('request', ({kind}) => kind === 'images' && step.kill('SIGTERM'));
  const step = stage.startPromote({name: 'trainer-v1'});
  const {exitCode, log, outputs} = await step.result;

  expect(exitCode).toBe(1);
  expect(log).toContain('error: The step was cancelled (SIGTERM).');
  expect(log).toContain('Nothing was changed in the cloud.');
  expect(outputs['failed-regions']).toBe('[7]');
  expect(stage.cloud.requests('patch')).toEqual([]);
});

it('stops when its time is over', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1');
  stage.cloud.script({request: 'patch', times: Infinity, effect: 'none', answer: {kind: 'status', status: 503}});
  const {exitCode, log} = await stage.promote({name: 'trainer-v1', 'timeout-minutes': '0.05'});

  expect(exitCode).toBe(1);
  expect(log).toContain('error: Stopped waiting: the time of this step (timeout-minutes) is over.');
  expect(log).toContain('its tag was sent, and not confirmed');
});
