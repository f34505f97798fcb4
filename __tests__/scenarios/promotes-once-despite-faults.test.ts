import {describe, expect, it} from '@jest/globals';
import {type Answer, type Fault, fleetOf} from '../../simulator/simulator.ts';
import {promotedAt, setChannelStage} from '../fixtures/channel-stage.ts';

const status = (code: number, ownClass?: string): Answer => ({
  kind: 'status',
  status: code,
  body: {message: 'No.', request_id: 'r', exception_class: ownClass},
});
const inRegion = (id: number): Pick<Fault, 'match'> => ({match: ({params}) => params['region_id'] === String(id)});

const PASSING: ReadonlyArray<readonly [string, Answer]> = [
  ['a reset', {kind: 'reset'}],
  ['a close', {kind: 'close'}],
  ['an answer cut short', {kind: 'cut', bytes: 12}],
  ['a 500', status(500)],
  ['a 504', status(504)],
];

describe.each(PASSING)('with %s instead of the answer', (_, answer) => {
  it.concurrent.each<[string, Fault]>([
    ['to the PATCH, which was made', {request: 'patch', answer}],
    ['to the PATCH, which was not made', {request: 'patch', effect: 'none', answer}],
    ['to the first list', {request: 'images', answer}],
    ['to the second list', {request: 'images', nth: 2, answer}],
    ['to the list that is read back', {request: 'images', nth: 3, answer}],
  ])('%s, the image becomes current', async (_request, fault) => {
    await using stage = await setChannelStage();
    stage.add('trainer-v1', {tags: promotedAt(1)});
    stage.add('trainer-v2');
    stage.cloud.script(fault);
    const {exitCode, outputs} = await stage.promote({name: 'trainer-v2'});

    expect(exitCode).toBe(0);
    expect(await stage.current()).toBe('trainer-v2');
    expect(JSON.parse(outputs['images'] ?? '')['7'].name).toBe('trainer-v2');
    expect(JSON.parse(outputs['previous'] ?? '')['7'].name).toBe('trainer-v1');
  });
});

it.concurrent('does not send the PATCH again if it was made and only its answer was lost', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1');
  stage.cloud.script({request: 'patch', answer: {kind: 'reset'}});
  const {exitCode} = await stage.promote({name: 'trainer-v1'});
  expect([exitCode, stage.cloud.requests('patch').length]).toEqual([0, 1]);
});

it.concurrent('sends the PATCH again after a 429, when the service says', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1');
  const answer: Answer = {kind: 'status', status: 429, headers: {'retry-after': '2'}, body: {message: 'Slow down'}};
  stage.cloud.script({request: 'patch', effect: 'none', answer});
  const {exitCode} = await stage.promote({name: 'trainer-v1'});

  const [first, second] = stage.cloud.requests('patch');
  expect([exitCode, await stage.current()]).toEqual([0, 'trainer-v1']);
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(2000);
});

// How often in a row it takes until a refusal is believed: once if the error is of a class of Gcore's.
it.concurrent.each<[number, number, string?]>([
  [400, 3],
  [403, 2],
  [404, 1],
  [422, 1, 'ValidationError'],
])(
  'a PATCH that is refused with %i, %i times in a row, fails its region, the others stay promoted, and a re-run completes the promotion',
  async (code, times, ownClass) => {
    await using stage = await setChannelStage();
    for (const regionId of [7, 10]) {
      stage.add('trainer-v1', {regionId, tags: promotedAt(1)});
      stage.add('trainer-v2', {regionId});
    }
    stage.cloud.script({request: 'patch', ...inRegion(10), times, effect: 'none', answer: status(code, ownClass)});
    const inputs = {name: 'trainer-v2', region: 'Luxembourg-2, Manassas'};
    const {exitCode, outputs, log, summary} = await stage.promote(inputs);

    expect(exitCode).toBe(1);
    expect(stage.cloud.requests('patch').filter(({params}) => params['region_id'] === '10')).toHaveLength(times);
    expect([await stage.current(7), await stage.current(10)]).toEqual(['trainer-v2', 'trainer-v1']);
    expect(outputs['failed-regions']).toBe('[10]');
    const {7: here, 10: there} = JSON.parse(outputs['images'] ?? '');
    expect([here.name, there.error]).toEqual(['trainer-v2', expect.stringContaining(String(code))]);
    expect(log).toContain('Nothing was changed here.');
    expect(summary).toContain('❌ Not promoted to stable in 1 of 2 regions');
    expect(Object.keys(JSON.parse(outputs['previous'] ?? ''))).toEqual(['7', '10']);

    stage.cloud.script({request: 'patch', ...inRegion(10)});
    const again = await stage.promote(inputs);
    expect(again.exitCode).toBe(0);
    expect(again.log).toContain('notice: Channel stable: 1 unchanged, 1 promoted.');
    expect([await stage.current(7), await stage.current(10)]).toEqual(['trainer-v2', 'trainer-v2']);
    const previous: Record<string, {name: string}> = JSON.parse(again.outputs['previous'] ?? '');
    expect(Object.values(previous).map(({name}) => name)).toEqual(['trainer-v1', 'trainer-v1']);
  },
);

it.concurrent('stops in all regions if the key is no longer accepted', async () => {
  const fleet = fleetOf(27);
  await using stage = await setChannelStage({regions: fleet});
  for (const {id} of fleet) stage.add('trainer-v1', {regionId: id});
  stage.cloud.script({request: 'patch', times: Infinity, effect: 'none', answer: status(401)});
  const {exitCode, outputs, log} = await stage.promote({name: 'trainer-v1', region: fleet.map(({id}) => id).join()});

  expect(exitCode).toBe(1);
  expect(JSON.parse(outputs['failed-regions'] ?? '')).toHaveLength(27);
  // Each of those that began confirms it once.
  expect(stage.cloud.requests('patch')).toHaveLength(16);
  expect(log).toContain('Gcore did not accept the API key');
});

it.concurrent('waits for a list that shows the tag late', async () => {
  await using stage = await setChannelStage();
  stage.add('trainer-v1', {tags: promotedAt(1)});
  stage.add('trainer-v2');
  stage.cloud.script({request: 'patch', effect: {afterMs: 2500}});
  const {exitCode} = await stage.promote({name: 'trainer-v2'});
  expect([exitCode, await stage.current()]).toEqual([0, 'trainer-v2']);
});
